import type { KindId } from "@/lib/istio/kinds";
import type { ValidationIssue } from "@/lib/istio/validation/issue";
import { validateIstioObject } from "@/lib/istio/validation/validate-istio-object";
import type { MeshView } from "@/lib/mesh/view";
import { namedGateways, withRewrittenHosts } from "../istioctl/gateways";
import type { Subject } from "../rule";

/** The kinds that istiod's webhook validates. */
export const VALIDATED_KINDS = [
  "VirtualService",
  "DestinationRule",
  "Gateway",
  "ServiceEntry",
  "Sidecar",
  "WorkloadEntry",
  "WorkloadGroup",
  "EnvoyFilter",
  "ProxyConfig",
  "AuthorizationPolicy",
  "PeerAuthentication",
  "RequestAuthentication",
  "Telemetry",
  "WasmPlugin",
  "TrafficExtension",
] as const satisfies readonly KindId[];

/** What the webhook would say of an object. */
export const schemaIssues = ({ object }: Subject): readonly ValidationIssue[] =>
  validateIstioObject(object);

/**
 * What istioctl lets the webhook's code say: it passes on the name and the spec alone, and of a
 * Gateway that some VirtualService names, the spec that it has rewritten before. Reads VirtualService.
 */
export function istioctlIssues(subject: Subject, mesh: MeshView): readonly ValidationIssue[] {
  const { object, kind, namespace, name } = subject;
  const { apiVersion, kind: written, spec = {} } = object;
  const rewritten =
    kind === "Gateway" && mesh.derive(namedGateways).has(`${namespace}/${name}`)
      ? withRewrittenHosts(subject)
      : spec;
  const metadata = { name, namespace };
  return validateIstioObject({ apiVersion, kind: written, metadata, spec: rewritten });
}

/** The first line of what the webhook says, as the end of a sentence. */
export const sentenceEnd = (message: string): string =>
  `${(message.split("\n").find((line) => line.trim() !== "") ?? "").trim().replace(/[.:]$/, "")}.`;
