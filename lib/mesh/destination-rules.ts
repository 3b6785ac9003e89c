import { groupBy } from "@/lib/base/group-by";
import { weakMemo } from "@/lib/base/weak-memo";
import { destinationRuleSpec } from "@/lib/istio/destination-rule";
import {
  compareHosts,
  hostsOverlap,
  isSubsetOfHost,
  isWildcard,
  resolveHost,
} from "@/lib/istio/host";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "./kept-fact";
import {
  exportOf,
  groupRules,
  type MergedDestinationRule,
  mergedRule,
  type MeshDestinationRule,
  type RuleGroup,
  selectorOf,
} from "./merge-destination-rules";
import { meshConfig } from "./mesh-config";
import type { MeshView } from "./view";

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
   * The first of these that has any matching host wins, by its most specific host. Source: istiod's
   * PushContext.destinationRule and SidecarScope.DestinationRule.
   */
  lookup(
    client: RuleClient,
    service: { readonly host: string; readonly namespace: string },
  ): MergedDestinationRule | undefined;
}

/** The rules of one namespace, by host, as far as they are meant for somebody. */
type HostGroups = ReadonlyMap<string, readonly RuleGroup[]>;

/** The DestinationRules of a mesh. Use with `mesh.derive`. */
export function destinationRules(mesh: MeshView): DestinationRules {
  const { rootNamespace, defaultDestinationRuleExportTo } = mesh.derive(meshConfig);
  const all = [...mesh.list("DestinationRule")].sort(compareCreation).map(resolved);
  const sorted = [...all.filter(selectorOf), ...all.filter((rule) => !selectorOf(rule))];
  const privateByDefault = defaultDestinationRuleExportTo.includes(".");
  const isPrivate = (rule: MeshDestinationRule): boolean => {
    const exportTo = exportOf(rule);
    if (exportTo.size === 0) return privateByDefault;
    return exportTo.size === 1 && (exportTo.has(".") || exportTo.has(rule.namespace));
  };
  const isLocal = (rule: MeshDestinationRule): boolean => {
    const exportTo = exportOf(rule);
    return exportTo.size === 0 || ["*", ".", rule.namespace].some((to) => exportTo.has(to));
  };
  const local = groupsOf(sorted.filter(isLocal));
  const exported = groupsOf(sorted.filter((rule) => !isPrivate(rule)));
  const ofRoot = groupsOf(
    sorted.filter((rule) => rule.namespace === rootNamespace && isPrivate(rule)),
  );

  const search = (
    namespace: string,
    host: string,
    serviceNamespace: string,
  ): readonly RuleGroup[] => {
    const own = namespace === rootNamespace ? ofRoot : local;
    const found = mostSpecific(own.get(namespace), host);
    if (found) return found;
    for (const owner of [serviceNamespace, rootNamespace]) {
      // The most specific host is chosen before anybody asks whether the client may see it.
      const groups = (mostSpecific(exported.get(owner), host) ?? []).filter(
        ({ exportTo }) => exportTo.size === 0 || exportTo.has("*") || exportTo.has(namespace),
      );
      if (groups.length > 0) return groups;
    }
    return [];
  };

  const known = new Map<string, readonly Choice[]>();
  return {
    all,
    lookup({ namespace, labels }, service) {
      const key = `${namespace}/${service.namespace}/${service.host}`;
      const found =
        known.get(key) ?? choices(search(namespace, service.host, service.namespace), namespace);
      known.set(key, found);
      return found.find(({ selector }) => !selector || hasLabels(labels, selector))?.merged;
    },
  };
}

/** What goes for clients of some labels, or for all others. */
interface Choice {
  readonly selector: RuleGroup["selector"];
  readonly merged: MergedDestinationRule;
}

/** Those that select come first; of several that do not, istiod takes the last. */
function choices(groups: readonly RuleGroup[], namespace: string): readonly Choice[] {
  const selecting = groups.filter(
    ({ selector, rules }) => selector && rules[0]?.namespace === namespace,
  );
  const plain = groups.findLast(({ selector }) => !selector);
  return [...selecting, ...(plain ? [plain] : [])].map((group) => ({
    selector: group.selector,
    merged: mergedRule(group),
  }));
}

/** By namespace, then by host. */
function groupsOf(rules: readonly MeshDestinationRule[]): ReadonlyMap<string, HostGroups> {
  const byNamespace = groupBy(rules, ({ namespace }) => namespace);
  return new Map(
    [...byNamespace].map(([namespace, own]) => [
      namespace,
      new Map(
        [...groupBy(own, ({ host }) => host)].map(([host, same]) => [host, groupRules(same)]),
      ),
    ]),
  );
}

function mostSpecific(
  hosts: HostGroups | undefined,
  host: string,
): readonly RuleGroup[] | undefined {
  if (!hosts) return undefined;
  const exact = hosts.get(host);
  if (exact) return exact;
  const best = [...hosts.keys()].filter((rule) => covers(rule, host)).sort(compareHosts)[0];
  return best === undefined ? undefined : hosts.get(best);
}

/** A wildcard service is taken in by rules that cover all of it. */
const covers = (rule: string, host: string): boolean =>
  isWildcard(host) ? isSubsetOfHost(host, rule) : hostsOverlap(rule, host);

const resolved = weakMemo((object: KubeObject): MeshDestinationRule => {
  const spec = destinationRuleSpec(object);
  const namespace = object.metadata.namespace ?? "";
  return { object, namespace, spec, host: resolveHost(spec.host ?? "", namespace).toLowerCase() };
});

keepFact(destinationRules, { kinds: ["DestinationRule"], facts: [meshConfig] });
