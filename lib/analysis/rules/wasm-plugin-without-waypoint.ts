import {
  ENROLMENT_KINDS,
  isAmbientNamespace,
  needsHttp,
  targetWithoutWaypoint,
} from "../facts/ambient";
import { namespaceLabels } from "../facts/namespaces";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "wasm-plugin-without-waypoint",
  code: "KIA1111",
  aliases: [],
  level: "Warning",
  kinds: ["WasmPlugin"],
  reads: ENROLMENT_KINDS,
  title: "A WasmPlugin is about requests, and no waypoint reads them",
  why: "In ambient the node proxy forwards connections and reads no requests; what is about requests needs a waypoint, and only traffic for what carries the label istio.io/use-waypoint goes through one.",
  fix: "Deploy a waypoint and label the Service or the namespace with istio.io/use-waypoint.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews } }
---
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, url: oci://example.com/plugin:1 }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: reviews, namespace: shop }
spec: { targetRefs: [{ kind: Service, group: "", name: reviews }], url: oci://example.com/plugin:1 }`,
  },

  *check(subject, mesh) {
    const why = needsHttp(subject);
    if (why === undefined || !isAmbientNamespace(namespaceLabels(mesh, subject.namespace))) return;
    const target = targetWithoutWaypoint(subject, mesh);
    if (target === undefined) return;
    yield {
      path: ["spec"],
      message: `No waypoint serves ${target}, so this WasmPlugin has no effect: ${why}.`,
    };
  },
});
