import { wantsAmbient, waypointOf } from "@/lib/istio/ambient";
import { needsHttp, targetRefs } from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { hasLabels } from "@/lib/k8s/label-selector";
import { isGatewayPod, type WorkloadTemplate, workloadTemplate } from "../facts/workload-template";
import { WORKLOAD_KINDS } from "../facts/workloads";
import { subjectOf } from "../subject";
import { Field } from "../field";
import { defineRule, type Subject } from "../rule";

export const rule = defineRule({
  id: "authorization-unenforced-in-ambient",
  code: "KIA1317",
  aliases: [],
  level: "Warning",
  kinds: ["Deployment", "Pod"],
  reads: [...WORKLOAD_KINDS, "Namespace", "Service", "AuthorizationPolicy"],
  title: "An AuthorizationPolicy about requests is for an ambient workload without a waypoint",
  why: "The node proxy knows connections, not requests: a DENY that needs the request is not done, and an ALLOW that needs it lets nobody in.",
  fix: "Deploy a waypoint and label the workload, its Service or its namespace with istio.io/use-waypoint.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews } } } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, rules: [{ to: [{ operation: { methods: [GET] } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: by-service, namespace: shop }
spec: { targetRefs: [{ kind: Service, name: reviews }], rules: [{ to: [{ operation: { methods: [GET] } }] }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, template: { metadata: { labels: { app: reviews } } } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, rules: [{ from: [{ source: { namespaces: [shop] } }] }] }`,
  },

  *check(subject, mesh) {
    const workload = workloadTemplate(subject);
    const labels = namespaceLabels(mesh, subject.namespace);
    if (!workload || isGatewayPod(workload) || !wantsAmbient(workload.labels, labels)) return;
    if (waypointOf(workload.labels, { name: subject.namespace, labels })) return;
    for (const policy of mesh.lookup(HTTP_POLICIES, subject.namespace)) {
      if (!isFor(policy, workload, mesh)) continue;
      const { kind, namespace, name } = policy;
      yield {
        path: ["metadata"],
        message: `${name} is about requests, and no waypoint reads those of this workload.`,
        related: [{ kind, namespace, name, message: "Needs a waypoint." }],
      };
    }
  },
});

/** The policies about requests, by namespace. */
const HTTP_POLICIES: MeshIndex<Subject> = {
  kinds: ["AuthorizationPolicy"],
  *entries(object) {
    const subject = subjectOf(object);
    if (subject && needsHttp(subject)) yield [subject.namespace, subject];
  },
};

/** A policy for a Gateway is for the waypoint alone. */
function isFor(policy: Subject, { labels }: WorkloadTemplate, mesh: MeshView): boolean {
  const refs = targetRefs(policy);
  if (refs.length === 0) {
    return hasLabels(labels, policy.fields.at("spec", "selector", "matchLabels").labels());
  }
  return refs.some((ref) => {
    const name = ref.at("name").text;
    if (ref.at("kind").text !== "Service" || name === undefined) return false;
    const service = mesh.get("Service", policy.namespace, name);
    const selector = service && new Field(service).at("spec", "selector").labels();
    return selector && Object.keys(selector).length > 0 ? hasLabels(labels, selector) : false;
  });
}
