import type { Field } from "../field";
import { defineRule, type Report } from "../rule";

export const rule = defineRule({
  id: "route-weights-invalid",
  code: "IST0106",
  aliases: [],
  level: "Error",
  kinds: ["VirtualService"],
  reads: [],
  title: "The weights of a route are not weights",
  why:
    "istiod's webhook refuses a negative weight, and a route of several destinations whose weights " +
    "add up to 0: no request could be sent anywhere.",
  fix: "Give at least one destination of the route a weight above 0. They need not add up to 100.",
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

  *check({ fields }) {
    for (const list of ["http", "tls", "tcp"]) {
      for (const route of fields.at("spec", list).items()) yield* checkRoute(route.at("route"));
    }
  },
});

function* checkRoute(route: Field): Iterable<Report> {
  const weights = route.items().map((entry) => entry.at("weight"));
  let faulty = false;
  for (const weight of weights) {
    const { number } = weight;
    if (number === undefined || (Number.isInteger(number) && number >= 0)) continue;
    faulty = true;
    yield {
      path: weight.path,
      message: `The weight ${number} is refused: weights are whole numbers of at least 0.`,
    };
  }
  const unreadable = weights.some((weight) => weight.exists && weight.number === undefined);
  const total = weights.reduce((sum, { number = 0 }) => sum + number, 0);
  if (weights.length < 2 || faulty || unreadable || total > 0) return;
  yield {
    path: weights.find((weight) => weight.exists)?.path ?? route.path,
    message: `The weights of these ${weights.length} destinations add up to 0; the server refuses that.`,
  };
}
