import { coveringKeys, hostKey, hostsOverlap, isWildcard, resolveHost } from "@/lib/istio/host";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { isMutual, tlsMode } from "../facts/mutual-tls";
import { compareAge } from "../facts/oldest";
import { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "destination-rule-conflict",
  code: "KIA0201",
  aliases: [],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: ["DestinationRule"],
  title: "Two DestinationRules are for the same host and subset",
  why: "istiod merges the DestinationRules of one host and namespace: of two policies or two subsets of one name only the oldest counts. Between a wildcard and a narrower host nothing is merged: the narrower one counts alone.",
  fix: "Merge them, or give the subsets different names.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews-old, namespace: shop }
spec: { host: reviews.shop.svc.cluster.local, subsets: [{ name: v1, labels: { release: old } }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews-new, namespace: shop }
spec: { host: reviews, subsets: [{ name: v2, labels: { version: v2 } }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: mtls, namespace: shop }
spec: { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }`,
  },

  *check(subject, mesh) {
    const own = ruleOf(subject.object);
    if (!own) return;
    const candidates = isWildcard(own.host)
      ? [...new Set(mesh.lookup(RULES_OF_NAMESPACE, subject.namespace))]
      : [...coveringKeys(own.host)].flatMap((key) =>
          mesh.lookup(RULES_BY_HOST, `${subject.namespace} ${key}`),
        );
    const others = candidates.filter(
      (other) =>
        other.object !== subject.object &&
        hostsOverlap(other.host, own.host) &&
        meet(own.subsets, other.subsets),
    );
    if (others.length === 0) return;
    const names = others.map(({ object }) => object.metadata.name).join(", ");
    const [first] = [own, ...others].sort((a, b) => compareAge(a.object, b.object));
    const same = others.every(({ host }) => host === own.host);
    yield {
      path: ["spec", "host"],
      message:
        `${names} and this one are for the same subsets of ${own.host}; ` +
        (same
          ? `what both of them set comes from the oldest, ${first === own ? "this one" : (first?.object.metadata.name ?? names)}.`
          : "for each service only the one with the narrower host counts."),
      related: others.map(({ object: { metadata } }) => ({
        kind: "DestinationRule",
        namespace: metadata.namespace ?? "",
        name: metadata.name,
        message: "Is for the same host and subset.",
      })),
    };
  },
});

interface HostRule {
  readonly object: KubeObject;
  readonly host: string;
  /** Undefined when the rule has none and so speaks for all. */
  readonly subsets: readonly string[] | undefined;
}

/** Those for all of a namespace or mesh that only ask for mutual TLS are made to be overridden. */
function ruleOf(object: KubeObject): HostRule | undefined {
  const spec = new Field(object).at("spec");
  const host = spec.at("host").text;
  if (host === undefined || (isWildcard(host) && isMutual(tlsMode(spec).text))) return undefined;
  // Each is for other clients.
  if (spec.at("workloadSelector").exists) return undefined;
  const subsets = spec.at("subsets").items();
  return {
    object,
    host: resolveHost(host, object.metadata.namespace ?? "").toLowerCase(),
    subsets:
      subsets.length > 0 ? subsets.flatMap((subset) => subset.at("name").text ?? []) : undefined,
  };
}

const meet = (a: HostRule["subsets"], b: HostRule["subsets"]): boolean =>
  a === undefined || b === undefined || a.some((name) => b.includes(name));

// Rules of another namespace go for other clients first, so only those of one namespace meet.
const RULES_BY_HOST: MeshIndex<HostRule> = {
  kinds: ["DestinationRule"],
  *entries(object) {
    const rule = ruleOf(object);
    if (rule) yield [`${object.metadata.namespace ?? ""} ${hostKey(rule.host)}`, rule];
  },
};

const RULES_OF_NAMESPACE: MeshIndex<HostRule> = {
  kinds: ["DestinationRule"],
  *entries(object) {
    const rule = ruleOf(object);
    if (rule) yield [object.metadata.namespace ?? "", rule];
  },
};
