import { defineRule } from "../rule";

export const rule = defineRule({
  id: "subset-without-labels",
  code: "KIA0209",
  aliases: [],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: [],
  title: "A subset has no labels",
  why: "Without labels of its own a subset is all endpoints of the host: traffic that is sent to one version reaches all of them.",
  fix: "Add the labels that the pods of this subset have and others do not.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1 }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }`,
  },

  *check({ fields }) {
    const subsets = fields.at("spec", "subsets").items();
    const isPlain = (at: (typeof subsets)[number]) => at.at("labels").entries().length === 0;
    for (const subset of subsets) {
      if (!isPlain(subset)) continue;
      const name = subset.at("name");
      yield {
        path: name.exists ? name.path : subset.path,
        message: `Subset ${name.text ?? ""} has no labels, so it is every endpoint of the host.`,
        // Beside a narrower one it may be meant: the subset for all.
        ...(subsets.some((other) => !isPlain(other)) && { level: "Info" }),
      };
    }
  },
});
