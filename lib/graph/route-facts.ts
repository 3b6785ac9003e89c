import { weakMemo } from "@/lib/base/weak-memo";
import { resolveHost } from "@/lib/istio/host";
import type { KubeObject } from "@/lib/k8s/object";
import { keepFact } from "@/lib/mesh/kept-fact";
import type { MeshView } from "@/lib/mesh/view";
import { list, record, stringMap } from "./raw-fields";

/** One destination of one route of a VirtualService. */
export interface RouteFact {
  readonly virtualService: KubeObject;
  /** Where the route stands: `http[0].route[1]`. */
  readonly path: string;
  /** Which route of the object; destinations of one route share it. */
  readonly route: string;
  /** The destination's host, as istiod resolves it. */
  readonly host: string;
  readonly subset: string | undefined;
  /** Its part of the route's traffic in [0, 1]. */
  readonly share: number;
  /** The route has conditions, so it takes only some requests. */
  readonly conditional: boolean;
  /** Fields of the route that the graph marks. */
  readonly fields: ReadonlySet<"fault" | "timeout" | "retries" | "mirror">;
}

/** A subset of a DestinationRule. */
export interface SubsetFact {
  readonly destinationRule: KubeObject;
  readonly host: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Every destination of every VirtualService by its host. Use it with `mesh.derive`. */
export function routeFacts(mesh: MeshView): ReadonlyMap<string, readonly RouteFact[]> {
  const byHost = new Map<string, RouteFact[]>();
  for (const virtualService of mesh.list("VirtualService")) {
    for (const fact of factsOf(virtualService)) {
      const known = byHost.get(fact.host);
      if (known) known.push(fact);
      else byHost.set(fact.host, [fact]);
    }
  }
  return byHost;
}

keepFact(routeFacts, { kinds: ["VirtualService"], facts: [] });

/** Every DestinationRule by its host. Use it with `mesh.derive`. */
export function destinationRules(mesh: MeshView): ReadonlyMap<string, readonly KubeObject[]> {
  const byHost = new Map<string, KubeObject[]>();
  for (const rule of mesh.list("DestinationRule")) {
    const { host } = record(rule.spec);
    if (typeof host !== "string") continue;
    const full = resolveHost(host, rule.metadata.namespace ?? "");
    byHost.set(full, [...(byHost.get(full) ?? []), rule]);
  }
  return byHost;
}

keepFact(destinationRules, { kinds: ["DestinationRule"], facts: [] });

/** The subsets that are declared for a host. */
export const subsetsOf = (host: string, mesh: MeshView): readonly SubsetFact[] =>
  (mesh.derive(destinationRules).get(host) ?? []).flatMap((rule) =>
    declaredSubsets(rule).map((subset) => ({ ...subset, host })),
  );

/** Those of one object stay the same as long as it does. */
const declaredSubsets = weakMemo((destinationRule: KubeObject) =>
  list(record(destinationRule.spec).subsets)
    .map(record)
    .flatMap(({ name, labels }) =>
      typeof name === "string" ? [{ destinationRule, name, labels: stringMap(labels) }] : [],
    ),
);

/** Those of one object stay the same as long as it does. */
const factsOf = weakMemo((virtualService: KubeObject) => [...eachFactOf(virtualService)]);

function* eachFactOf(virtualService: KubeObject): Generator<RouteFact> {
  const spec = record(virtualService.spec);
  const namespace = virtualService.metadata.namespace ?? "";
  for (const section of ["http", "tls", "tcp"] as const) {
    for (const [i, route] of list(spec[section]).map(record).entries()) {
      const destinations = list(route.route).map(record);
      const weights = destinations.map(({ weight }) => (typeof weight === "number" ? weight : 0));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [j, { destination }] of destinations.entries()) {
        const { host, subset } = record(destination);
        if (typeof host !== "string") continue;
        yield {
          virtualService,
          path: `${section}[${i}].route[${j}]`,
          route: `${section}[${i}]`,
          host: resolveHost(host, namespace),
          subset: typeof subset === "string" ? subset : undefined,
          share: destinations.length === 1 ? 1 : total > 0 ? (weights[j] ?? 0) / total : 0,
          conditional: list(route.match).length > 0,
          fields: new Set(
            (["fault", "timeout", "retries", "mirror"] as const).filter(
              (field) => route[field] !== undefined,
            ),
          ),
        };
      }
    }
  }
}
