import type { ProxyCondition } from "@/sandbox/contracts";
import type { ProxyPod } from "./proxy-pod";
import { XDS_TYPES, type XdsType } from "./xds-type";

const BEHAVIOUR = "sandbox.quarterdeck.dev/proxy";
const ERROR_TEXT = "sandbox.quarterdeck.dev/proxy-error";

/** What Envoy says when it refuses, in its own words, where the pod asks for no other text. */
const REFUSALS: Readonly<Record<XdsType, string>> = {
  CDS: "Error adding/updating cluster(s) outbound|9080||reviews.bookinfo.svc.cluster.local: eds_cluster_config set in a non-EDS cluster",
  EDS: "malformed IP address: 10.244.1.300. Consider setting resolver_name or setting cluster type to 'STRICT_DNS' or 'LOGICAL_DNS'",
  LDS: "Error adding/updating listener(s) virtualInbound: local rate limit token bucket fill timer must be >= 50ms\n",
  RDS: "Only unique values for domains are permitted. Duplicate entry of domain reviews in route 9080",
  ECDS: "Unable to create Wasm plugin: failed to load Wasm code",
};

/** How a proxy answers one push of one type. */
export type Answer =
  | { readonly kind: "accepts" }
  | { readonly kind: "silent" }
  | { readonly kind: "refuses"; readonly error: string };

/**
 * What a fault, or else the annotations of a pod, make its proxy do with a push: `stuck` never answers,
 * `reject` refuses listeners, `reject-cds` (eds, rds, ecds) another type, with the text of
 * `sandbox.quarterdeck.dev/proxy-error` if there is one.
 */
export function answerOf(pod: ProxyPod, type: XdsType, condition: ProxyCondition): Answer {
  if (condition.kind === "stuck") return { kind: "silent" };
  if (condition.kind === "rejects" && condition.type === type) {
    return { kind: "refuses", error: condition.error ?? REFUSALS[type] };
  }
  const wish = pod.annotations[BEHAVIOUR];
  if (wish === "stuck") return { kind: "silent" };
  const refused =
    wish === "reject" ? "LDS" : XDS_TYPES.find((each) => wish === `reject-${each.toLowerCase()}`);
  if (refused !== type) return { kind: "accepts" };
  return { kind: "refuses", error: pod.annotations[ERROR_TEXT] ?? REFUSALS[type] };
}
