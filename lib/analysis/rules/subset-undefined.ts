import { affected, destinationsOf } from "../facts/destinations";
import { subsetIndex } from "../facts/subsets";
import { nearestNames } from "../nearest";
import { definedSubsets, subsetKey } from "../istioctl/subsets";
import { istioctlDestinations } from "../istioctl/destinations";
import { quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "subset-undefined",
  code: "IST0101",
  aliases: ["KIA1107"],
  level: "Error",
  kinds: ["VirtualService"],
  reads: ["DestinationRule", "ConfigMap"],
  title: "A route leads to a subset that no DestinationRule defines",
  why:
    "Each subset of a DestinationRule is a cluster of its own. Without it Envoy has no cluster to " +
    "send to and answers 503 with the flag NC (cluster not found).",
  fix: "Use a subset that exists, or add it to the DestinationRule of the host first.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1 }, { name: v2 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v3 } }] }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1 }, { name: v2 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v2 } }] }] }`,
  },

  istioctl: {
    analyzers: ["virtualservice.DestinationRuleAnalyzer"],
    *check(subject, mesh) {
      const defined = mesh.derive(definedSubsets);
      for (const { destination, host, mirror, at } of istioctlDestinations(subject)) {
        const subset = destination.at("subset").text;
        if (subset === undefined) continue;
        if (defined.has(subsetKey(host, subject.namespace, subset))) continue;
        const what = `${mirror ? "mirror" : "host"}+subset in destinationrule`;
        yield { message: `Referenced ${what} not found: ${quoted(`${host}+${subset}`)}`, at };
      }
    },
  },

  *check(subject, mesh) {
    const index = subsetIndex(mesh);
    for (const use of destinationsOf(subject)) {
      const field = use.field.at("subset");
      if (field.text === undefined) continue;
      const sources = index.of(use.host, subject.namespace);
      const defined = [...new Set(sources.flatMap(({ subsets }) => subsets))];
      if (defined.includes(field.text)) continue;
      const names = sources.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
      const where =
        sources.length === 0
          ? `Subset ${field.text} is not defined: no DestinationRule covers ${use.host}`
          : `Subset ${field.text} is not defined in DestinationRule ${names} ` +
            `(it has ${defined.join(", ") || "none"})`;
      const likely = nearestNames(field.text, defined, defined.length);
      const offered = [...likely, ...defined.filter((name) => !likely.includes(name))].slice(0, 3);
      yield {
        path: field.path,
        message: `${where}; ${affected(use)} would get 503.`,
        related: sources.map(({ namespace, name }) => ({
          kind: "DestinationRule",
          namespace,
          name,
          message: "Defines the subsets of this host.",
        })),
        fixes: offered.map((name) => ({
          title: `Use ${name}`,
          edits: [{ op: "set", path: field.path, value: name }],
        })),
      };
    }
  },
});
