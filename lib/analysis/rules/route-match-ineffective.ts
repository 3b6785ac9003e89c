import { reachOf, ruleLabel } from "../facts/reachability";
import { istioctlIssues } from "../facts/schema-issues";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "route-match-ineffective",
  code: "IST0131",
  aliases: [],
  level: "Info",
  kinds: ["VirtualService"],
  reads: [],
  title: "A match of a rule never applies",
  why: "An earlier match takes all requests that this one could match.",
  fix: "Remove the match, or move the narrower one before the wider.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { prefix: /api } }]
    route: [{ destination: { host: reviews, subset: v1 } }]
  - match: [{ uri: { prefix: /api/v2 } }, { uri: { exact: /beta } }]
    route: [{ destination: { host: reviews, subset: v2 } }]`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { prefix: /api/v2 } }, { uri: { exact: /beta } }]
    route: [{ destination: { host: reviews, subset: v2 } }]
  - match: [{ uri: { prefix: /api } }]
    route: [{ destination: { host: reviews, subset: v1 } }]`,
  },

  istioctl: {
    analyzers: ["schema.ValidationAnalyzer"],
    *check(subject, mesh) {
      for (const { analysis } of istioctlIssues(subject, mesh)) {
        if (analysis?.code !== "IST0131") continue;
        const [rule = "", match = "", by = ""] = analysis.parameters;
        yield {
          message: `VirtualService rule ${rule} match ${match} is not used (duplicate/overlapping match in rule ${by}).`,
        };
      }
    },
  },

  *check({ fields }) {
    for (const list of ["http", "tls", "tcp"]) {
      const rules = fields.at("spec", list).items();
      for (const { index, matches } of reachOf(rules)) {
        for (const { field, shadow } of matches) {
          // What a catch-all takes is said once, of the rule.
          if (!shadow || shadow.because === "catch-all") continue;
          const same = shadow.because === "duplicate";
          const where =
            shadow.by === index ? "earlier in this rule" : `in rule ${ruleLabel(rules, shadow.by)}`;
          yield {
            path: field.path,
            message: `This match never applies: ${same ? "the same one" : "one that covers it"} stands ${where}.`,
            fixes: [{ title: "Remove the match", edits: [{ op: "remove", path: field.path }] }],
          };
        }
      }
    }
  },
});
