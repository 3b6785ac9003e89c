import { isRecord } from "@/lib/k8s/json-value";
import type { Logger } from "../log";
import type { MeshStore } from "../ports";
import type { RolloutRecord } from "./rollout-store";

/** ConfigMap of a namespace that says who is told of its rollouts: `url`, and `events` if not all. */
const CONFIG = "quarterdeck-notifications";
const ROOT_NAMESPACE = "istio-system";

/** Where notifications go. */
export interface Receiver {
  readonly url: URL;
  /** Reasons, such as `RolloutRolledBack`, that are told; all where undefined. */
  readonly events: ReadonlySet<string> | undefined;
}

/** What tells of the end of a rollout. */
const ENDS: ReadonlySet<string> = new Set([
  "RolloutSucceeded",
  "RolloutRolledBack",
  "RolloutAborted",
]);

/** Whom the plan names, and the receiver of the rollout's namespace, or else of the root namespace. */
export function receiversOf(
  { rollout, ref }: Pick<RolloutRecord, "rollout" | "ref">,
  { mesh, log }: { readonly mesh: MeshStore; readonly log: Logger },
): readonly Receiver[] {
  const own = ownReceiver(rollout);
  const shared = receiverOf(mesh, ref.namespace, log);
  const told = rollout.spec.analysis.webhooks.flatMap(({ type, url }): Receiver[] => {
    if (type === "event") return [{ url: new URL(url), events: undefined }];
    return type === "post-rollout" ? [{ url: new URL(url), events: ENDS }] : [];
  });
  return [own, ...told, shared].filter((receiver) => receiver !== undefined);
}

/** The receiver that the plan itself names; undefined where it names none. */
function ownReceiver({ spec }: RolloutRecord["rollout"]): Receiver | undefined {
  const { url, events } = spec.notifications ?? {};
  return url === undefined ? undefined : { url: new URL(url), events: events && new Set(events) };
}

/** The receiver of a namespace's rollouts; undefined where there is none, or none that can be used. */
function receiverOf(mesh: MeshStore, namespace: string, log: Logger): Receiver | undefined {
  const view = mesh.view();
  const map =
    view.get("ConfigMap", namespace, CONFIG) ?? view.get("ConfigMap", ROOT_NAMESPACE, CONFIG);
  const data = isRecord(map?.["data"]) ? map["data"] : undefined;
  if (!data) return undefined;
  const { url, events } = data;
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    const place = `ConfigMap ${map?.metadata.namespace ?? ""}/${CONFIG}`;
    log.warn({ place }, "its url is no http or https URL, so nobody is notified");
    return undefined;
  }
  const names = typeof events === "string" ? events.split(/[\s,]+/).filter(Boolean) : [];
  return { url: parsed, events: names.length > 0 ? new Set(names) : undefined };
}
