import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { labelText } from "../facts/label-text";
import { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "workload-group-duplicate",
  code: "KIA1702",
  aliases: [],
  level: "Warning",
  kinds: ["WorkloadGroup"],
  reads: ["WorkloadGroup"],
  title: "Two WorkloadGroups of a namespace give their machines the same labels",
  why: "Selectors cannot tell their machines apart: a Service or a policy that is meant for one group takes in both.",
  fix: "Give each group a label of its own in spec.metadata.labels.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: a, namespace: shop }
spec: { metadata: { labels: { app: vm } } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: b, namespace: shop }
spec: { metadata: { labels: { app: vm } } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: a, namespace: shop }
spec: { metadata: { labels: { app: vm } } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: b, namespace: shop }
spec: { metadata: { labels: { app: vm, zone: b } } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: a, namespace: edge }
spec: { metadata: { labels: { app: vm } } }`,
  },

  *check({ object, namespace, fields }, mesh) {
    const key = keyOf(object);
    const others =
      key === undefined ? [] : mesh.lookup(GROUPS, key).filter((one) => one !== object);
    if (others.length === 0) return;
    const field = fields.at("spec", "metadata", "labels");
    yield {
      path: field.path,
      message: `${others.map(({ metadata }) => metadata.name).join(", ")} gives its machines the labels ${labelText(field.labels())} too.`,
      related: others.map(({ metadata }) => ({
        kind: "WorkloadGroup",
        namespace,
        name: metadata.name,
        message: "Has the same labels.",
      })),
    };
  },
});

function keyOf(object: KubeObject): string | undefined {
  const labels = Object.entries(new Field(object).at("spec", "metadata", "labels").labels());
  if (labels.length === 0) return undefined;
  return JSON.stringify([object.metadata.namespace, labels.sort()]);
}

const GROUPS: MeshIndex<KubeObject> = {
  kinds: ["WorkloadGroup"],
  *entries(object) {
    const key = keyOf(object);
    if (key !== undefined) yield [key, object];
  },
};
