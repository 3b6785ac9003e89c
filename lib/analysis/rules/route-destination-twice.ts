import { resolveHost } from "@/lib/istio/host";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "route-destination-twice",
  code: "KIA1105",
  aliases: [],
  level: "Warning",
  kinds: ["VirtualService"],
  reads: [],
  title: "A route names the same destination twice",
  why: "The weights of both are added, so a shift that changes one of them does not do what it says.",
  fix: "Keep one of them, with the sum of the weights; or correct the subset that was meant.",
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
    - { destination: { host: reviews, subset: v1 }, weight: 20 }`,
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

  *check({ fields, namespace }) {
    for (const list of ["http", "tls", "tcp"]) {
      for (const route of fields.at("spec", list).items()) {
        const seen = new Map<string, number>();
        for (const [index, entry] of route.at("route").items().entries()) {
          const destination = entry.at("destination");
          const host = destination.at("host").text;
          if (host === undefined) continue;
          const subset = destination.at("subset").text;
          const port = destination.at("port", "number").number;
          const key = JSON.stringify([resolveHost(host, namespace), subset, port]);
          const first = seen.get(key);
          if (first === undefined) {
            seen.set(key, index);
            continue;
          }
          yield {
            path: destination.path,
            message:
              `${host}${subset ? `, subset ${subset},` : ""} is already destination ` +
              `#${first + 1} of this route; both weights go to the same place.`,
          };
        }
      }
    }
  },
});
