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
export const schemaIssues = (subject: Subject): readonly ValidationIssue[] =>
  subject.derive(webhookIssues);

const webhookIssues = ({ object }: Subject): readonly ValidationIssue[] =>
  validateIstioObject(object);

/**
 * What istioctl lets the webhook's code say: it passes on the name and the spec alone, and of a
 * Gateway that some VirtualService names, the spec that it has rewritten before. Reads VirtualService.
 */
export function istioctlIssues(subject: Subject, mesh: MeshView): readonly ValidationIssue[] {
  const { kind, namespace, name } = subject;
  const isRewritten = kind === "Gateway" && mesh.derive(namedGateways).has(`${namespace}/${name}`);
  return subject.derive(isRewritten ? issuesOfRewritten : issuesOfSpec);
}

const issuesOfSpec = (subject: Subject): readonly ValidationIssue[] =>
  issuesOf(subject, subject.object["spec"] ?? {});

const issuesOfRewritten = (subject: Subject): readonly ValidationIssue[] =>
  issuesOf(subject, withRewrittenHosts(subject));

const issuesOf = (
  { object: { apiVersion, kind }, name, namespace }: Subject,
  spec: unknown,
): readonly ValidationIssue[] =>
  validateIstioObject({ apiVersion, kind, metadata: { name, namespace }, spec });

/** The first line of what the webhook says, as the end of a sentence. */
export const sentenceEnd = (message: string): string =>
  `${(message.split("\n").find((line) => line.trim() !== "") ?? "").trim().replace(/[.:]$/, "")}.`;
