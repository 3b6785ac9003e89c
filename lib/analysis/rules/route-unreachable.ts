import { reachOf, ruleLabel, type Shadow } from "../facts/reachability";
import { istioctlIssues } from "../facts/schema-issues";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "route-unreachable",
  code: "IST0130",
  aliases: [],
  level: "Warning",
  kinds: ["VirtualService"],
  reads: [],
  title: "A rule of a VirtualService can never be reached",
  why: "Rules are tried in order and the first that matches wins; istiod drops all behind a catch-all.",
  fix: "Move the rule before the one that takes its requests, or remove it.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviews, subset: v1 } }]
  - name: beta
    match: [{ headers: { user: { exact: beta } } }]
    route: [{ destination: { host: reviews, subset: v2 } }]`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - name: beta
    match: [{ headers: { user: { exact: beta } } }]
    route: [{ destination: { host: reviews, subset: v2 } }]
  - route: [{ destination: { host: reviews, subset: v1 } }]`,
  },

  istioctl: {
    analyzers: ["schema.ValidationAnalyzer"],
    *check(subject, mesh) {
      for (const { analysis } of istioctlIssues(subject, mesh)) {
        if (analysis?.code !== "IST0130") continue;
        const [rule = "", reason = ""] = analysis.parameters;
        yield { message: `VirtualService rule ${rule} not used (${reason}).` };
      }
    },
  },

  *check({ fields }) {
    for (const list of ["http", "tls", "tcp"]) {
      const rules = fields.at("spec", list).items();
      for (const { rule, index, shadow } of reachOf(rules)) {
        if (!shadow) continue;
        const [own, other] = [ruleLabel(rules, index), ruleLabel(rules, shadow.by)];
        yield {
          path: rule.path,
          message: `Rule ${own} is never used: ${REASON[shadow.because](other)}.`,
        };
      }
    }
  },
});

const REASON: Record<Shadow["because"], (other: string) => string> = {
  "catch-all": (other) => `rule ${other} before it matches everything`,
  duplicate: (other) => `rule ${other} has the same matches`,
  covered: (other) => `rule ${other} matches all that it matches`,
};
