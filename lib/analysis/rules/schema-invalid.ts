import { istioctlIssues, schemaIssues, sentenceEnd, VALIDATED_KINDS } from "../facts/schema-issues";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "schema-invalid",
  code: "IST0106",
  aliases: [],
  level: "Error",
  kinds: VALIDATED_KINDS,
  reads: [],
  title: "The webhook of istiod refuses an object",
  why:
    "istiod checks what a schema cannot say. It refuses the object when it is written; where the " +
    "webhook was away, the proxies get what it can make of the object, or nothing.",
  fix: "Correct the field as the message says.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route:
    - { destination: { host: reviews, subset: v1 }, weight: 0 }
    - { destination: { host: reviews, subset: v2 } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route:
    - { destination: { host: reviews, subset: v1 }, weight: 9 }
    - { destination: { host: reviews, subset: v2 }, weight: 1 }`,
  },
  istioctl: {
    analyzers: ["schema.ValidationAnalyzer"],
    *check(subject, mesh) {
      for (const { level, message } of istioctlIssues(subject, mesh)) {
        if (level === "Error") yield { message: `Schema validation error: ${message}` };
      }
    },
  },

  *check(subject) {
    for (const { level, path, message } of schemaIssues(subject)) {
      if (level !== "Error") continue;
      yield { path, message: `The webhook refuses this: ${sentenceEnd(message)}` };
    }
  },
});
