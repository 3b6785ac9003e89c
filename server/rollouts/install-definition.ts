import { AppError } from "@/lib/base/errors";
import { isRecord, sameJson } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { objectText } from "@/lib/yaml/object-text";
import type { Logger } from "../log";
import type { Cluster, WriteResult } from "../ports";
import definition from "./canary-rollout-definition.json";

const REF = {
  kind: "CustomResourceDefinition" as const,
  namespace: "",
  name: definition.metadata.name,
};

/** The definition that lets a cluster keep CanaryRollouts, as `kubectl apply` would send it. */
export const rolloutDefinition: KubeObject = definition;

/** How the cluster's definition compares to ours, and what would come of installing it. */
export interface DefinitionState {
  readonly state: "absent" | "installed" | "differs" | "unknown";
  /** Why it cannot be read, where that is so. */
  readonly why: string | undefined;
  readonly mayInstall: boolean;
  /** YAML of what is stored and of what would be; the former is empty where nothing is. */
  readonly texts: { readonly live: string; readonly draft: string };
  /** What the API server says of it; undefined where it was not asked. */
  readonly verdict:
    | { readonly type: "accepted"; readonly warnings: readonly string[] }
    | { readonly type: "refused"; readonly message: string }
    | undefined;
}

/** Looks whether the definition is there and may be installed, with a dry run. Stores nothing. */
export async function definitionState(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<DefinitionState> {
  let live: KubeObject | undefined;
  try {
    live = await stored(cluster, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "forbidden") throw error;
    const texts = { live: "", draft: objectText(rolloutDefinition) };
    return { state: "unknown", why: error.message, mayInstall: false, texts, verdict: undefined };
  }
  const draft = live ? updated(live) : rolloutDefinition;
  const texts = { live: live ? objectText(live) : "", draft: objectText(draft) };
  const isCurrent = live !== undefined && holds(live["spec"], definition.spec);
  const state = !live ? "absent" : isCurrent ? "installed" : "differs";
  const verb = live ? "update" : "create";
  const mayInstall = await cluster.can({ verb, kind: REF.kind, name: REF.name }, signal);
  const base = { state, why: undefined, mayInstall, texts } as const;
  if (state === "installed" || !mayInstall) return { ...base, verdict: undefined };
  try {
    const { warnings } = await write(cluster, live, {
      dryRun: true,
      ...(signal ? { signal } : {}),
    });
    return { ...base, verdict: { type: "accepted", warnings } };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "unavailable") throw error;
    return { ...base, verdict: { type: "refused", message: error.message } };
  }
}

/**
 * Installs the definition, or brings an older one up to date.
 * @throws AppError `forbidden` in read-only mode or without the right, `conflict`
 */
export async function installDefinition({
  cluster,
  log,
  readOnly,
  requestId,
}: {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly readOnly: boolean;
  readonly requestId: string;
}): Promise<void> {
  if (readOnly) {
    throw new AppError("forbidden", "Quarterdeck runs read-only, so nothing is written.", {
      hint: "Start Quarterdeck without --read-only, or apply the definition with kubectl.",
    });
  }
  const live = await stored(cluster);
  const { object } = await write(cluster, live, {});
  const { user, server } = cluster.identity;
  const { resourceVersion } = object.metadata;
  log.info(
    { audit: true, action: "install", ...REF, user, server, requestId, resourceVersion },
    "write",
  );
}

async function stored(cluster: Cluster, signal?: AbortSignal): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(REF, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return undefined;
    throw error;
  }
}

const write = (
  cluster: Cluster,
  live: KubeObject | undefined,
  options: Parameters<Cluster["create"]>[1],
): Promise<WriteResult> =>
  live ? cluster.replace(updated(live), options) : cluster.create(rolloutDefinition, options);

const updated = (live: KubeObject): KubeObject => ({
  ...live,
  metadata: {
    ...live.metadata,
    labels: { ...live.metadata.labels, ...definition.metadata.labels },
  },
  spec: { ...(isRecord(live["spec"]) ? live["spec"] : {}), ...definition.spec },
});

/** Whether `value` says all that `wanted` does; what the API server filled in does not matter. */
function holds(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      value.length === wanted.length &&
      wanted.every((item, index) => holds(value[index], item))
    );
  }
  if (!isRecord(wanted)) return sameJson(value, wanted);
  return isRecord(value) && Object.entries(wanted).every(([key, part]) => holds(value[key], part));
}
