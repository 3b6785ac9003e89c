import { defineRule } from "../rule";

export const rule = defineRule({
  id: "single-route-weight-ignored",
  code: "KIA1104",
  aliases: [],
  level: "Warning",
  kinds: ["VirtualService"],
  reads: [],
  title: "The only destination of a route has a weight below 100",
  why: "With one destination there is nothing to share: it gets every request, whatever its weight.",
  fix: "Remove the weight, or add the destination that is to get the rest.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews }, weight: 80 }] }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews }, weight: 100 }] }] }`,
  },

  *check({ fields }) {
    for (const list of ["http", "tls", "tcp"]) {
      for (const route of fields.at("spec", list).items()) {
        const [only, ...others] = route.at("route").items();
        const weight = only?.at("weight");
        if (!weight?.number || others.length > 0) continue;
        if (weight.number < 0 || weight.number >= 100) continue;
        yield {
          path: weight.path,
          message: `The weight ${weight.number} has no effect: the only destination gets every request.`,
          fixes: [{ title: "Remove the weight", edits: [{ op: "remove", path: weight.path }] }],
        };
      }
    }
  },
});
