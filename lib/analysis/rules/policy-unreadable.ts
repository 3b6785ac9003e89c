import { policyText, readPolicy } from "../policy";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "policy-unreadable",
  code: "QD0301",
  aliases: [],
  level: "Error",
  kinds: ["ConfigMap"],
  reads: [],
  title: "A policy of Quarterdeck cannot be read",
  why: "A policy that is wrong in one place is left out as a whole: what it suppresses is reported, what it switched off runs.",
  fix: "Correct the text under policy.yaml: rules (code: Error, Warning, Info or Off) and suppressions (code, object, reason, until).",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: quarterdeck-policy, namespace: shop }
data:
  policy.yaml: |
    suppressions:
    - { code: IST0101, object: VirtualService reviews.* }`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: quarterdeck-policy, namespace: shop }
data:
  policy.yaml: |
    rules: { IST0118: Off }
    suppressions:
    - { code: IST0101, object: VirtualService reviews.*, reason: Moves on Friday, until: 2026-12-31 }`,
  },

  *check({ object }) {
    const text = policyText(object);
    if (text === undefined) return;
    for (const { message } of readPolicy(text, "").problems) {
      yield { path: ["data", "policy.yaml"], message: `The policy is left out: ${message}.` };
    }
  },
});
