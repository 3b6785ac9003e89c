import { meshConfigFaults, meshConfigText } from "@/lib/mesh/mesh-config";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "mesh-config-unreadable",
  code: "QD0302",
  aliases: [],
  level: "Error",
  kinds: ["ConfigMap"],
  reads: [],
  title: "A setting of the mesh cannot be read",
  why: "istiod leaves out what it cannot read, or goes on with the mesh config that it had, so the mesh does not do what the text says. The rules judge by what can be read, and by Istio's default for the rest.",
  fix: "Correct the text under mesh of ConfigMap istio.",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    enableAutoMtls: "no"
    outboundTrafficPolicy: { mode: ALLOW_NONE }`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    enableAutoMtls: false
    outboundTrafficPolicy: { mode: REGISTRY_ONLY }`,
  },

  *check({ object }) {
    for (const { message, range } of meshConfigFaults(meshConfigText(object) ?? "")) {
      const place = range ? `Line ${range.line} of the mesh config: ` : "";
      yield { path: ["data", "mesh"], message: `${place}${message}` };
    }
  },
});
