import { formatShare, sharesOf } from "../facts/destinations";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "route-weights-sum",
  code: "QD0101",
  aliases: [],
  level: "Info",
  kinds: ["VirtualService"],
  reads: [],
  title: "The weights of a route do not add up to 100",
  why:
    "Weights are relative to their sum, so this is legal; but the numbers are not the percentages " +
    "that one reads in them, and a destination without a weight gets nothing.",
  fix: "Write weights that add up to 100.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route:
    - { destination: { host: reviews, subset: v1 }, weight: 80 }
    - { destination: { host: reviews, subset: v2 }, weight: 10 }`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route:
    - { destination: { host: reviews, subset: v1 }, weight: 80 }
    - { destination: { host: reviews, subset: v2 }, weight: 20 }`,
  },

  *check({ fields }) {
    for (const list of ["http", "tls", "tcp"]) {
      for (const route of fields.at("spec", list).items()) {
        const entries = route.at("route").items();
        const weights = entries.map((entry) => entry.at("weight").number ?? 0);
        const unreadable = entries
          .map((entry) => entry.at("weight"))
          .some((weight) => weight.exists && weight.number === undefined);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        if (unreadable || entries.length < 2 || total === 100 || total <= 0) continue;
        const shares = sharesOf(entries)
          .map((share) => `${formatShare(share ?? 0)} %`)
          .join(", ");
        yield {
          path: route.at("route").path,
          message: `The weights add up to ${formatShare(total)}, so the destinations get ${shares}.`,
        };
      }
    }
  },
});
