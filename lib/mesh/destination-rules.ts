import { groupBy } from "@/lib/base/group-by";
import { weakMemo } from "@/lib/base/weak-memo";
import {
  destinationRuleSpec,
  type DestinationRuleSpec,
  type Subset,
  type TrafficPolicy,
} from "@/lib/istio/destination-rule";
import {
  hostsOverlap,
  isSubsetOfHost,
  isWildcard,
  compareHosts,
  resolveHost,
} from "@/lib/istio/host";
import { isVisibleTo, visibilityOf } from "@/lib/istio/visibility";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "./mesh-config";
import type { MeshView } from "./view";

/** A DestinationRule with its host resolved. */
interface MeshDestinationRule {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly spec: DestinationRuleSpec;
  /** Fully qualified, lower case. */
  readonly host: string;
}

/** What all rules of one host and namespace come to, as istiod merges them. */
export interface MergedDestinationRule {
  /** As the rules name it; may be a wildcard. */
  readonly host: string;
  /** The oldest first. */
  readonly rules: readonly MeshDestinationRule[];
  /** The oldest rule that has a policy gives it. */
  readonly trafficPolicy: TrafficPolicy | undefined;
  /** Of each name the first, with the object and field that give it. */
  readonly subsets: ReadonlyMap<string, MergedSubset>;
}

/** A subset and where it is written. */
export interface MergedSubset {
  readonly subset: Subset;
  readonly object: KubeObject;
  readonly path: string;
}

/** Whose proxy asks. */
interface RuleClient {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The DestinationRules of a mesh. */
export interface DestinationRules {
  readonly all: readonly MeshDestinationRule[];
  /**
   * What goes for a service when a client asks: the rules of the client's namespace, else those
   * of the service's, else those of the root namespace, as far as they are exported to the client.
   * The first of these that has any matching host wins, by its most specific host.
   */
  lookup(
    client: RuleClient,
    service: { readonly host: string; readonly namespace: string },
  ): MergedDestinationRule | undefined;
}

/** The DestinationRules of a mesh. Use with `mesh.derive`. */
export function destinationRules(mesh: MeshView): DestinationRules {
  const { rootNamespace, defaultDestinationRuleExportTo } = mesh.derive(meshConfig);
  const all = [...mesh.list("DestinationRule")].sort(compareCreation).map(resolved);
  const byNamespace = groupBy(all, (rule) => rule.namespace);
  const visibility = (rule: MeshDestinationRule) =>
    visibilityOf(rule.spec.exportTo, rule.namespace, defaultDestinationRuleExportTo);
  const isPrivate = (rule: MeshDestinationRule): boolean => {
    const visible = visibility(rule);
    return visible !== "*" && visible.size === 1 && visible.has(rule.namespace);
  };

  const level = (
    namespace: string,
    allowed: (rule: MeshDestinationRule) => boolean,
    host: string,
  ): MergedDestinationRule | undefined => {
    const rules = (byNamespace.get(namespace) ?? []).filter(
      (rule) => covers(rule.host, host) && allowed(rule),
    );
    const best = rules.map((rule) => rule.host).sort(compareHosts)[0];
    return best === undefined ? undefined : merged(rules.filter((rule) => rule.host === best));
  };

  const search = (client: RuleClient, host: string, serviceNamespace: string) => {
    const { namespace } = client;
    const seen = (rule: MeshDestinationRule) => isVisibleTo(visibility(rule), namespace);
    const plain = (rule: MeshDestinationRule) => !selectorOf(rule);
    const exported = (rule: MeshDestinationRule) =>
      plain(rule) && seen(rule) && (rule.namespace === namespace || !isPrivate(rule));
    const selecting = (rule: MeshDestinationRule) => {
      const selector = selectorOf(rule);
      return selector !== undefined && hasLabels(client.labels, selector);
    };
    return (
      level(namespace, selecting, host) ??
      (namespace === rootNamespace
        ? level(namespace, (rule) => plain(rule) && isPrivate(rule), host)
        : level(namespace, (rule) => plain(rule) && seen(rule), host)) ??
      level(serviceNamespace, exported, host) ??
      level(rootNamespace, exported, host)
    );
  };

  const selectors = new Set(all.filter(selectorOf).map((rule) => rule.namespace));
  const known = new Map<string, MergedDestinationRule | undefined>();
  return {
    all,
    lookup(client, { host, namespace }) {
      if (selectors.has(client.namespace)) return search(client, host, namespace);
      const key = `${client.namespace}/${namespace}/${host}`;
      if (!known.has(key)) known.set(key, search(client, host, namespace));
      return known.get(key);
    },
  };
}

/** A wildcard service is taken in by rules that cover all of it. */
const covers = (rule: string, host: string): boolean =>
  isWildcard(host) ? isSubsetOfHost(host, rule) : hostsOverlap(rule, host);

const selectorOf = (rule: MeshDestinationRule) => {
  const labels = rule.spec.workloadSelector?.matchLabels;
  return labels && Object.keys(labels).length > 0 ? labels : undefined;
};

const resolved = weakMemo((object: KubeObject): MeshDestinationRule => {
  const spec = destinationRuleSpec(object);
  const namespace = object.metadata.namespace ?? "";
  return { object, namespace, spec, host: resolveHost(spec.host ?? "", namespace).toLowerCase() };
});

function merged(rules: readonly MeshDestinationRule[]): MergedDestinationRule {
  const subsets = new Map<string, MergedSubset>();
  for (const { object, spec } of rules) {
    for (const [index, subset] of (spec.subsets ?? []).entries()) {
      const name = subset.name ?? "";
      if (!subsets.has(name)) subsets.set(name, { subset, object, path: `spec.subsets[${index}]` });
    }
  }
  return {
    host: rules[0]?.host ?? "",
    rules,
    trafficPolicy: rules.find((rule) => rule.spec.trafficPolicy)?.spec.trafficPolicy,
    subsets,
  };
}
