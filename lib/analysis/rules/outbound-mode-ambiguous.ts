import { defineRule } from "../rule";

export const rule = defineRule({
  id: "outbound-mode-ambiguous",
  code: "KIA1007",
  aliases: [],
  level: "Info",
  kinds: ["Sidecar"],
  reads: [],
  title: "A Sidecar has an outboundTrafficPolicy without a mode",
  why: "In a Sidecar the mode that is left out is REGISTRY_ONLY: hosts that the mesh does not know are refused, although the mesh's own default lets them through. Kiali cannot tell it from a written REGISTRY_ONLY; this rule can.",
  fix: "Write the mode: REGISTRY_ONLY or ALLOW_ANY.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { outboundTrafficPolicy: {} }`,
    good: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } }`,
  },

  *check({ fields }) {
    const policy = fields.at("spec", "outboundTrafficPolicy");
    const mode = policy.at("mode");
    if (!policy.exists || mode.exists) return;
    yield {
      path: policy.path,
      message:
        "Without a mode this is REGISTRY_ONLY: requests to hosts that the mesh does not know are refused.",
      fixes: ["REGISTRY_ONLY", "ALLOW_ANY"].map((value) => ({
        title: `Set ${value}`,
        edits: [{ op: "set" as const, path: mode.path, value }],
      })),
    };
  },
});
