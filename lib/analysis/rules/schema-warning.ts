import { istioctlIssues, schemaIssues, sentenceEnd, VALIDATED_KINDS } from "../facts/schema-issues";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "schema-warning",
  code: "IST0133",
  aliases: [],
  level: "Warning",
  kinds: VALIDATED_KINDS,
  reads: [],
  title: "The webhook of istiod warns of an object",
  why: "istiod takes the object, but something in it is deprecated, has no effect or is dangerous.",
  fix: "Change the field as the message says.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: user, minimumRingSize: 10 } } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: user, ringHash: { minimumRingSize: 10 } } } }`,
  },
  istioctl: {
    analyzers: ["schema.ValidationAnalyzer"],
    *check(subject, mesh) {
      for (const { level, message, analysis } of istioctlIssues(subject, mesh)) {
        if (level === "Error" || analysis) continue;
        yield { message: `Schema validation warning: ${message}` };
      }
    },
  },

  *check(subject) {
    for (const { level, path, message, analysis } of schemaIssues(subject)) {
      // Rules of their own tell of routes that are never used.
      if (level === "Error" || analysis) continue;
      yield {
        path,
        message: `The webhook warns: ${sentenceEnd(message)}`,
        // It says so of every EnvoyFilter there is.
        ...(message.startsWith(EVERY_ENVOY_FILTER) && { level: "Info" as const }),
      };
    }
  },
});

const EVERY_ENVOY_FILTER = "EnvoyFilter exposes internal implementation details";
