import { AppError } from "@/lib/base/errors";
import { type Millis, millis, seconds } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import { type CanaryRollout, parseRollout } from "@/lib/rollout/plan";
import {
  preflight,
  type PreflightFinding,
  type Versions,
  versionsOf,
} from "@/lib/rollout/preflight";
import { type Preview, type PreviewPatch, previewRollout } from "@/lib/rollout/preview";
import { isRefusal } from "@/lib/rollout/route-target";
import { isTerminal } from "@/lib/rollout/status";
import { hasWeights, resolveTargets, targetKey } from "@/lib/rollout/targets";
import type { Clock, Cluster, MeshStore, Metrics } from "../ports";
import type { RolloutStore } from "./rollout-store";
import { tryQueries } from "./try-queries";
import { FIELD_MANAGER } from "./write-weights";

/** What the API server said of the first patch; it stored nothing. */
export type ServerVerdict =
  | { readonly type: "accepted"; readonly warnings: readonly string[] }
  | {
      readonly type: "refused";
      /** `forbidden` where this person may not write it, whatever it says. */
      readonly code: AppError["code"];
      readonly message: string;
      readonly hint: string | undefined;
    }
  /** It was not asked. */
  | { readonly type: "not-asked"; readonly why: string };

/** Everything that can be shown of a rollout before it starts. */
export interface RolloutPreview {
  readonly findings: readonly PreflightFinding[];
  /** No finding is an error and the server accepts the first patch. */
  readonly startable: boolean;
  /** Undefined where findings leave nothing to plan. */
  readonly plan: Preview | undefined;
  /** The objects that are written, by `targetKey`, as they are now but for who set which field. */
  readonly objects: Readonly<Record<string, KubeObject>>;
  readonly verdict: ServerVerdict;
  readonly pods: {
    readonly stable: Versions["stable"]["pods"];
    readonly canary: Versions["canary"]["pods"];
  };
  /** How long it takes when every check passes. */
  readonly duration: Millis;
}

const QUERIES_DEADLINE = seconds(5);

interface Needs {
  readonly cluster: Cluster;
  readonly mesh: MeshStore;
  readonly store: RolloutStore;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Reads a rollout as a person wrote it. @throws AppError `invalid` with the fields at fault */
export function readRollout(value: unknown): CanaryRollout {
  const parsed = parseRollout(value);
  if ("rollout" in parsed) return parsed.rollout;
  const [first] = parsed.problems;
  throw new AppError("invalid", `${first?.field ?? ""} ${first?.message ?? ""}`.trim(), {
    causes: parsed.problems,
    hint: "Correct the plan, then look at the preview again.",
  });
}

/** Preflight, every patch of every step, and the server's verdict on the first. Stores nothing. */
export async function previewOf(
  { cluster, mesh, store, metrics, clock }: Needs,
  rollout: CanaryRollout,
  signal?: AbortSignal,
): Promise<RolloutPreview> {
  const view = mesh.view();
  const versions = versionsOf(view, rollout);
  const { stable, canary } = versions;
  const tried = {
    versions,
    at: clock.now(),
    signal: signal ?? AbortSignal.timeout(QUERIES_DEADLINE),
  };
  const findings = [
    ...standingFindings({ mesh, store }, rollout),
    ...(await tryQueries(metrics, rollout, tried)),
  ];
  const base = {
    pods: { stable: stable.pods, canary: canary.pods },
    duration: shortestDuration(rollout),
  };
  const nothing = (why: string): RolloutPreview => ({
    ...base,
    findings,
    startable: false,
    plan: undefined,
    objects: {},
    verdict: { type: "not-asked", why },
  });
  const targets = resolveTargets(view, rollout);
  const missing = targets.find(({ kind, namespace, name }) => !view.get(kind, namespace, name));
  if (missing) return nothing(`${missing.kind} ${missing.name} does not exist`);
  if (!targets.some(hasWeights)) return nothing("nothing of it has weights");

  const objects = new Map<string, KubeObject>();
  for (const target of targets) {
    const { kind, namespace, name } = target;
    objects.set(targetKey(target), await cluster.get({ kind, namespace, name }, signal));
  }
  const plan = previewRollout(rollout, targets, objects);
  if (isRefusal(plan)) return nothing(plan.message);
  const verdict = await dryRunAll(cluster, plan.steps[0]?.patches ?? [], signal);
  const errors = findings.some(({ level }) => level === "error");
  return {
    ...base,
    findings,
    startable: !errors && verdict.type !== "refused",
    plan,
    objects: Object.fromEntries([...objects].map(([key, object]) => [key, shown(object)])),
    verdict,
  };
}

const shown = ({ metadata, ...object }: KubeObject): KubeObject => {
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
};

/** The verdict on each object's patch; the first refusal is that of all. */
async function dryRunAll(
  cluster: Cluster,
  patches: readonly PreviewPatch[],
  signal: AbortSignal | undefined,
): Promise<ServerVerdict> {
  const warnings: string[] = [];
  for (const { target, patch } of patches) {
    const { kind, namespace, name } = target;
    const verdict = await dryRun(cluster, { kind, namespace, name }, { patch, signal });
    if (verdict.type === "refused") return verdict;
    if (verdict.type === "accepted") warnings.push(...verdict.warnings);
  }
  return patches.length > 0
    ? { type: "accepted", warnings }
    : { type: "not-asked", why: "the first step's weights are in place already" };
}

async function dryRun(
  cluster: Cluster,
  ref: Parameters<Cluster["patch"]>[0],
  first: { readonly patch: readonly unknown[]; readonly signal: AbortSignal | undefined },
): Promise<ServerVerdict> {
  const { patch, signal } = first;
  try {
    const { warnings } = await cluster.patch(
      ref,
      { type: "json", body: patch, fieldManager: FIELD_MANAGER },
      { dryRun: true, ...(signal ? { signal } : {}) },
    );
    return { type: "accepted", warnings };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (!["invalid", "forbidden", "conflict"].includes(error.code)) throw error;
    return { type: "refused", code: error.code, message: error.message, hint: error.hint };
  }
}

/** What speaks against the rollout as the mesh stands, without asking anybody. */
export const standingFindings = (
  { mesh, store }: Pick<Needs, "mesh" | "store">,
  rollout: CanaryRollout,
): PreflightFinding[] => [
  ...preflight(mesh.view(), rollout, runningOf(store)),
  ...nameFindings(store, rollout),
];

const runningOf = (store: RolloutStore): CanaryRollout[] =>
  store
    .list()
    .flatMap((record) =>
      "problem" in record || isTerminal(record.status) ? [] : [record.rollout],
    );

/** A name is taken while its rollout runs; one that has ended makes room. */
function nameFindings(store: RolloutStore, { metadata }: CanaryRollout): PreflightFinding[] {
  const taken = store
    .list()
    .find(({ ref }) => ref.name === metadata.name && ref.namespace === metadata.namespace);
  if (!taken || (!("problem" in taken) && isTerminal(taken.status))) return [];
  const message = `${metadata.namespace} has a rollout ${metadata.name} already`;
  return [{ level: "error", code: "NameTaken", field: "metadata.name", message }];
}

/** Each step lasts its hold, rounded up to a check. */
function shortestDuration({ spec: { steps, analysis } }: CanaryRollout): Millis {
  const { warmUp, interval } = analysis;
  const total = steps.reduce((sum, { hold }) => sum + warmUp + Math.max(hold, interval), 0);
  return millis(total * 1000);
}
