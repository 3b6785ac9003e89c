import { isAmbientNamespace } from "@/lib/istio/ambient";
import type { KindId } from "@/lib/istio/kinds";
import { ENROLMENT_KINDS, needsHttp, targetRefs, targetWithoutWaypoint } from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { defineRule, type Rule } from "../rule";

/** What tells the rules of one family apart. */
interface PolicyRule extends Pick<Rule, "id" | "code"> {
  readonly policy: AmbientPolicy;
}

/** A kind of policy that a waypoint enforces. */
export interface AmbientPolicy {
  readonly kind: KindId;
  /** With its article. */
  readonly name: string;
  readonly apiVersion: string;
  /** Fields of a spec that is about requests. */
  readonly content: string;
  /** What else a policy does that nobody can judge. */
  readonly besides?: string;
}

const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient`;

const exampleOf = ({ kind, apiVersion, content }: AmbientPolicy, target: string): string => `
---
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: reviews, namespace: shop }
spec: { ${target}, ${content} }`;

const SELECTED = "selector: { matchLabels: { app: reviews } }";
const TARGETED = 'targetRefs: [{ kind: Service, group: "", name: reviews }]';

/** A policy about requests in ambient, whose targets no waypoint serves. */
export const policyWithoutWaypoint = ({ id, code, policy }: PolicyRule): Rule =>
  defineRule({
    id,
    code,
    aliases: [],
    level: "Warning",
    kinds: [policy.kind],
    reads: ENROLMENT_KINDS,
    title: `${policy.name} is about requests, and no waypoint reads them`,
    why: [
      "In ambient the node proxy forwards connections and reads no requests; what is about requests needs a waypoint, and only traffic for what carries the label istio.io/use-waypoint goes through one.",
      policy.besides ?? "",
    ]
      .join(" ")
      .trim(),
    fix: "Deploy a waypoint and label the Service or the namespace with istio.io/use-waypoint.",
    examples: {
      bad: `${NAMESPACE} } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews } }${exampleOf(policy, SELECTED)}`,
      good: `${NAMESPACE} } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
spec: { ports: [{ port: 9080 }] }${exampleOf(policy, TARGETED)}`,
    },

    *check(subject, mesh) {
      const why = needsHttp(subject);
      if (why === undefined || !isAmbientNamespace(namespaceLabels(mesh, subject.namespace)))
        return;
      const target = targetWithoutWaypoint(subject, mesh);
      if (target === undefined) return;
      yield {
        path: ["spec"],
        message: `No waypoint serves ${target}, so this ${policy.kind} has no effect: ${why}.`,
      };
    },
  });

/** A policy about requests in ambient that names no target, so that no waypoint takes it. */
export const policyWithoutTargetRefs = ({ id, code, policy }: PolicyRule): Rule =>
  defineRule({
    id,
    code,
    aliases: [],
    level: "Warning",
    kinds: [policy.kind],
    reads: ["Namespace"],
    title: `${policy.name} in ambient selects workloads, which waypoints do not look at`,
    why: "A waypoint takes the policies that name it, or a Service of its, in targetRefs. What has a selector, or nothing, is for sidecars and node proxies; about requests it has no effect.",
    fix: "Name the Service, or the Gateway of the waypoint, in targetRefs.",
    examples: {
      bad: `${NAMESPACE}, istio.io/use-waypoint: waypoint } }${exampleOf(policy, SELECTED)}`,
      good: `${NAMESPACE}, istio.io/use-waypoint: waypoint } }${exampleOf(policy, TARGETED)}`,
    },

    *check(subject, mesh) {
      const why = needsHttp(subject);
      if (why === undefined || targetRefs(subject).length > 0) return;
      if (!isAmbientNamespace(namespaceLabels(mesh, subject.namespace))) return;
      const selector = subject.fields.at("spec", "selector");
      yield {
        path: selector.exists ? selector.path : ["spec"],
        message: `Without targetRefs no waypoint takes this ${policy.kind}, and it needs one: ${why}.`,
      };
    },
  });
