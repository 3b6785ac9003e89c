import { isRecord } from "@/lib/k8s/json-value";
import { type CanaryRollout, parseRollout } from "./plan";
import { become, ledgerWith, type Run, type Transition } from "./transition";

const MOST_FIELDS = 20;

/**
 * The fields in which a document differs from the plan that was started, `spec.steps[1].weight`, and
 * those that cannot be read. `suspend` may be changed while a rollout runs, so it is none of them.
 */
export function planEdits(started: CanaryRollout, document: unknown): readonly string[] {
  const parsed = parseRollout(document);
  const fields =
    "problems" in parsed
      ? parsed.problems.map(({ field }) => field)
      : fieldsApart(started.spec, parsed.rollout.spec, "spec");
  return [...new Set(fields)].filter((field) => field !== "spec.suspend").slice(0, MOST_FIELDS);
}

function fieldsApart(before: unknown, after: unknown, path: string): readonly string[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => fieldsApart(before[key], after[key], `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, i) => fieldsApart(item, after[i], `${path}[${i}]`));
  }
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  return isSame ? [] : [path];
}

/** The run whose status knows of edits of its plan; the same where there are none that are new. */
export function withEdits(run: Run): Run {
  const { status, observed } = run;
  const { asked } = observed;
  if (!asked || asked.version === status.planVersion) return run;
  const edits = [...asked.edits];
  const known = { ...status, planVersion: asked.version, edits };
  if (edits.join() === status.edits.join()) return { ...run, status: known };
  const ledger = ledgerWith(
    run,
    edits.length > 0
      ? {
          who: "engine",
          level: "warn",
          title: "The plan was edited while it runs, and goes on as it was started",
          note: `${edits.join(", ")}; to run another plan, roll this one back and start the other`,
        }
      : {
          who: "engine",
          level: "info",
          title: "The plan is again as it was started",
        },
  );
  return { ...run, status: { ...known, ledger } };
}

/** What is decided of a run whose status has changed already: that is stored, if nothing else. */
export const decided = (before: Run, after: Run, transition: Transition): Transition =>
  before !== after && transition.status === after.status ? become(after, {}) : transition;
