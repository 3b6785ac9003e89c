import { labelsOf } from "../facts/pods";
import { listed } from "../istioctl/words";
import { defineRule } from "../rule";

const INJECTION = "istio-injection";
const OTHERS = ["istio.io/rev", "istio.io/dataplane-mode"] as const;

export const rule = defineRule({
  id: "namespace-injection-labels-conflict",
  code: "IST0123",
  aliases: [],
  level: "Warning",
  kinds: ["Namespace"],
  reads: [],
  title: "A namespace has more than one label about how its pods join the mesh",
  why: "The labels exclude each other; which of them counts depends on the webhooks that are installed.",
  fix: "Keep one of them.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled, istio.io/rev: canary } }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: disabled, istio.io/dataplane-mode: ambient } }`,
  },
  istioctl: { analyzers: ["injection.Analyzer"] },

  *check({ object, name }) {
    if (name === "istio-system") return;
    const labels = labelsOf(object);
    const injection = labels[INJECTION];
    const others = injection === undefined || injection === "enabled" ? OTHERS : [];
    const given = [INJECTION, ...others].filter((key) => key in labels);
    if (given.length < 2) return;
    const texts = given.map((key) => `${key}=${labels[key] ?? ""}`);
    yield {
      path: ["metadata", "labels", given[1] ?? INJECTION],
      message: `The labels ${texts.join(" and ")} exclude each other.`,
      fixes: given.map((key) => ({
        title: `Remove ${key}`,
        edits: [{ op: "remove" as const, path: ["metadata", "labels", key] }],
      })),
      istioctl: {
        message: `The namespace has more than one type of injection labels ${listed(texts)}, which may lead to undefined behavior. Make sure only one injection label exists.`,
      },
    };
  },
});
