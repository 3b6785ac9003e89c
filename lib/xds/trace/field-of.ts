import type { KubeObject } from "@/lib/k8s/object";
import type { ClusterRow } from "../cluster-rows";
import { fieldAt, listField, textField, texts } from "../field";
import type { ListenerRow } from "../listener-rows";
import type { RouteRow } from "../route-rows";
import { type RouteLine, routeLines } from "./route-lines";

/** Finds the object that a row names; undefined for one that is not there any more. */
type ObjectOf = (of: NonNullable<RouteRow["object"]>) => KubeObject | undefined;

/**
 * The field of its object that made each route: `spec.http[0].match[1]` of a VirtualService,
 * `spec.rules[0].matches[0]` of an HTTPRoute. Routes of one virtual host come in the order of the
 * lines that made them, so where two lines say the same the next one counts. Undefined where no line
 * fits: the object has changed since, or an EnvoyFilter has changed the route.
 */
export function routeFields(
  rows: readonly RouteRow[],
  objectOf: ObjectOf,
): readonly (string | undefined)[] {
  const lines = new Map<string, { readonly all: readonly RouteLine[]; next: number }>();
  return rows.map((row) => {
    if (!row.object) return undefined;
    const { kind, namespace, name } = row.object;
    const key = [row.name, row.virtualHost, kind, namespace, name].join("\n");
    let known = lines.get(key);
    if (!known) {
      const object = objectOf(row.object);
      known = { all: object ? routeLines(object) : [], next: 0 };
      lines.set(key, known);
    }
    const { all, next } = known;
    const fits = (line: RouteLine): boolean => isMadeBy(row, line);
    const later = all.findIndex((line, index) => index >= next && fits(line));
    const index = later >= 0 ? later : all.findIndex(fits);
    if (index >= 0) known.next = index + 1;
    return all[index]?.field;
  });
}

/** The words of a route that its line has too. */
type RouteWords = Pick<RouteRow, "match" | "conditions" | "route">;

/** The first field of an object that could have made a route. */
export const routeField = (words: RouteWords, object: KubeObject): string | undefined =>
  routeLines(object).find((line) => isMadeBy(words, line))?.field;

const isMadeBy = (row: RouteWords, line: RouteLine): boolean =>
  row.match === line.match &&
  sorted(row.conditions) === sorted(line.conditions) &&
  // istiod names a route after its line, where that has a name.
  (line.name === "" || row.route === line.name);

const sorted = (conditions: string): string => conditions.split(", ").sort().join(", ");

/** The line of a VirtualService that made a filter chain: `spec.tls[0].match[0]`, `spec.tcp[0]`. */
export function chainField(row: ListenerRow, objectOf: ObjectOf): string | undefined {
  const object = row.object && objectOf(row.object);
  if (row.object?.kind !== "VirtualService" || !object) return undefined;
  const hosts = /(?:^|; )SNI: ([^;]+)/.exec(row.match)?.[1];
  if (hosts !== undefined) {
    for (const [index, route] of listField(fieldAt(object, "spec"), "tls").entries()) {
      const at = listField(route, "match").findIndex(
        (match) => texts(listField(match, "sniHosts")).join(",") === hosts,
      );
      if (at >= 0) return `spec.tls[${index}].match[${at}]`;
    }
  }
  const cluster = row.leadsTo?.kind === "cluster" ? row.leadsTo.name : "";
  const index = listField(fieldAt(object, "spec"), "tcp").findIndex((route) =>
    listField(route, "route").some((to) => goesTo(fieldAt(to, "destination"), cluster)),
  );
  return index < 0 ? undefined : `spec.tcp[${index}]`;
}

/** Whether a destination is a cluster: short names of hosts are completed by istiod. */
function goesTo(destination: unknown, cluster: string): boolean {
  const [, , subset = "", host = ""] = cluster.split("|");
  const wanted = textField(destination, "host");
  return (
    (host === wanted || host.startsWith(`${wanted}.`)) &&
    subset === textField(destination, "subset")
  );
}

/** The part of a DestinationRule that formed a cluster: `spec.subsets[1]`, `spec.trafficPolicy`. */
export function clusterField(
  row: Pick<ClusterRow, "object" | "subset">,
  objectOf: ObjectOf,
): string | undefined {
  const object = row.object && objectOf(row.object);
  if (row.object?.kind !== "DestinationRule" || !object) return undefined;
  const spec = fieldAt(object, "spec");
  const subset = listField(spec, "subsets").findIndex(
    (each) => textField(each, "name") === row.subset,
  );
  if (subset >= 0) return `spec.subsets[${subset}]`;
  return fieldAt(spec, "trafficPolicy") === undefined ? "spec.host" : "spec.trafficPolicy";
}
