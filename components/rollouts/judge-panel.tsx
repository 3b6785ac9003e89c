"use client";

import { Checkbox } from "@/components/ui/checkbox";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { Sparkline } from "@/components/ui/sparkline";
import { formatDuration, formatLatency, formatNumber, formatShare } from "@/components/ui/format";
import { Status } from "@/components/ui/status";
import { withField } from "./rollout-draft";
import { DoubtFields } from "./doubt-fields";
import { ChoiceAt, NumberAt } from "./plan-fields";
import type { PlanForm } from "./plan-form";
import type { RolloutOutlook } from "./use-rollouts";

type PastRollbacks = NonNullable<RolloutOutlook["checks"]>["rollbacks"];

const JUDGES = {
  threshold: "Limits of each check",
  sequential: "Evidence against the stable version",
} as const;

const COUNTS = {
  cumulative: "failed checks of the whole run",
  consecutive: "failed checks in a row",
} as const;

/** How the canary is judged, with what the same judge would have seen in the last hour. */
export function JudgePanel({
  form,
  canary,
  stable,
  past,
}: {
  form: PlanForm;
  canary: string;
  stable: string;
  past: RolloutOutlook | undefined;
}) {
  const judge = form.at(["analysis", "judge"]) === "sequential" ? "sequential" : "threshold";
  const field = (name: string) => ["analysis", name];
  return (
    <Panel title="Checks" note={`what ${canary} must keep to; left empty, it is not judged`}>
      <div className="mb-3">
        <Segmented
          label="Judge"
          value={judge}
          options={Object.entries(JUDGES).map(([value, label]) => ({
            value: value as keyof typeof JUDGES,
            label,
          }))}
          onChange={(value) => form.set(field("judge"), value === "sequential" ? value : undefined)}
        />
      </div>
      <PastVerdict past={past} stable={stable} judge={judge} />
      <div className="qd-field-row">
        <Limit form={form} limit="successRate" label="Success rate at least, %" past={past} />
        <Limit form={form} limit="p50" label="Latency p50 at most, ms" past={past} />
        <Limit form={form} limit="p95" label="Latency p95 at most, ms" past={past} />
        <Limit form={form} limit="p99" label="Latency p99 at most, ms" past={past} />
      </div>
      <div className="qd-field-row">
        <NumberAt form={form} path={field("interval")} label="Check every, s" placeholder={20} />
        <NumberAt
          form={form}
          path={field("minRequests")}
          label="Requests a verdict needs"
          placeholder={50}
          hint="Fewer are kept for the next check"
        />
        <NumberAt
          form={form}
          path={field("failureLimit")}
          label="Roll back at failed check"
          placeholder={3}
        />
        <ChoiceAt
          form={form}
          path={field("failures")}
          label="Counted are"
          words={COUNTS}
          otherwise="cumulative"
        />
        <NumberAt
          form={form}
          path={field("warmUp")}
          label="Warm-up of each step, s"
          placeholder={0}
          hint="Neither judged nor held"
        />
        <NumberAt
          form={form}
          path={field("initialDelay")}
          label="First check of a step after, s"
          placeholder={0}
          hint="Held meanwhile, and not judged"
        />
      </div>
      {judge === "sequential" ? <SequentialFields form={form} /> : null}
      <DoubtFields form={form} />
    </Panel>
  );
}

/** What the checks would have said of the stable version: it ought to pass. */
function PastVerdict({
  past,
  stable,
  judge,
}: {
  past: RolloutOutlook | undefined;
  stable: string;
  judge: keyof typeof JUDGES;
}) {
  if (!past) return <p className="qd-note mb-3">Prometheus is asked about the last hour.</p>;
  if (past.problem !== undefined) {
    return (
      <p className="mb-3">
        <Status status="unknown" label="The last hour is not known:" /> {past.problem}
      </p>
    );
  }
  const { checks } = past;
  if (!checks || checks.checks.length === 0) {
    return <p className="qd-note mb-3">No requests to {stable} in the last hour to try it on.</p>;
  }
  const { failed, unknown, why, window, rollbacks } = checks;
  const all = checks.checks.length;
  const whom = judge === "sequential" ? `two parts of ${stable}, equally good,` : stable;
  return (
    <p className="mb-3" aria-live="polite">
      {failed > 0 ? (
        <Status status="warn" label={`${failed} of ${all} checks would have failed`} />
      ) : (
        <Status status="ok" label={`None of ${all} checks would have failed`} />
      )}{" "}
      on {whom} in the last hour, each over {formatDuration(window)}
      {unknown > 0 ? `; ${unknown} could not have told` : ""}
      {why === undefined ? "." : `: ${why}.`} {falselyText(rollbacks)}
    </p>
  );
}

/** How whole rollouts would have ended with a canary that is as good as the stable version. */
function falselyText({ runs, rolledBack }: PastRollbacks): string {
  if (runs === 0) return "";
  const of = `${formatNumber(runs)} rollouts tried on it with an equally good canary`;
  return rolledBack === 0
    ? `None of ${of} would have been rolled back.`
    : `${formatNumber(rolledBack)} of ${of} would have been rolled back, all of them wrongly.`;
}

/** A limit beside what the stable version did in the last hour. */
function Limit({
  form,
  limit,
  label,
  past,
}: {
  form: PlanForm;
  limit: "successRate" | "p50" | "p95" | "p99";
  label: string;
  past: RolloutOutlook | undefined;
}) {
  const inner = limit === "successRate" ? "min" : "maxMs";
  const whole = ["analysis", limit];
  // A limit may be written as its number alone; it is changed in the form that has a name.
  const value = form.at(whole);
  const own: PlanForm =
    typeof value === "number"
      ? {
          ...form,
          number: () => value,
          set: (path, next) => {
            const without = withField(form.spec, whole, undefined);
            form.replace(withField(without, path, next));
          },
        }
      : form;
  const points = past?.checks?.checks.map((check) => check[limit]) ?? [];
  const known = points.flatMap((point) => (point === null ? [] : [point]));
  const worst = limit === "successRate" ? Math.min(...known) : Math.max(...known);
  // Failures are drawn rather than successes: a line at 100 % says nothing.
  const drawn =
    limit === "successRate" ? points.map((point) => (point === null ? null : 100 - point)) : points;
  const at = form.number([...whole, inner]);
  const top =
    at === undefined
      ? undefined
      : Math.max(limit === "successRate" ? 100 - at : at, ...drawn.map((point) => point ?? 0));
  return (
    <div>
      <NumberAt form={own} path={[...whole, inner]} label={label} />
      {value === undefined ? null : <DryRun form={form} name={limit} />}
      {known.length > 0 ? (
        <p className="qd-past">
          <Sparkline points={drawn} {...(top === undefined ? {} : { max: top })} />
          <span className="qd-note">
            worst {limit === "successRate" ? formatShare(worst / 100) : formatLatency(worst)}
          </span>
        </p>
      ) : null}
    </div>
  );
}

/** A limit that is shown and decides nothing. */
function DryRun({ form, name }: { form: PlanForm; name: string }) {
  const path = ["analysis", "dryRun"];
  const given = form.at(path);
  const names: readonly unknown[] = Array.isArray(given) ? given : [];
  return (
    <Checkbox
      label="only shown"
      checked={names.includes(name)}
      onChange={(on) => {
        const next = on ? [...names, name] : names.filter((each) => each !== name);
        form.set(path, next.length > 0 ? next : undefined);
      }}
    />
  );
}

function SequentialFields({ form }: { form: PlanForm }) {
  const at = (name: string) => ["analysis", "sequential", name];
  return (
    <details className="mb-3">
      <summary>Numbers of the evidence</summary>
      <div className="qd-field-row mt-2">
        <NumberAt
          form={form}
          path={at("alpha")}
          label="Healthy rollouts rolled back, part"
          placeholder={0.01}
          hint="1 of 100 where 0.01"
        />
        <NumberAt
          form={form}
          path={at("beta")}
          label="Bad steps that pass, part"
          placeholder={0.05}
        />
        <NumberAt
          form={form}
          path={at("minDelta")}
          label="Least difference, points"
          placeholder={0.1}
          hint="Below it nothing is a regression"
        />
        <NumberAt
          form={form}
          path={at("delta")}
          label="Risk ratio allowed beyond 1"
          placeholder={0}
        />
        <NumberAt form={form} path={at("p0")} label="Fails above, %" placeholder={1} />
        <NumberAt form={form} path={at("p1")} label="Passes below, %" placeholder={1} />
        <NumberAt
          form={form}
          path={at("phi")}
          label="Over-dispersion"
          placeholder="measured"
          hint="Of failures that come in bursts"
        />
        <NumberAt
          form={form}
          path={at("slowAboveMs")}
          label="Slow above, ms"
          placeholder="the p99 limit"
        />
      </div>
    </details>
  );
}
