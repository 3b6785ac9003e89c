import type {
  HttpMatch,
  HttpRoute,
  StringMatch,
  VirtualServiceSpec,
} from "@/lib/istio/virtual-service";
import { isVisibleTo } from "@/lib/istio/visibility";
import type { MeshView } from "@/lib/mesh/view";
import { type MeshVirtualService, virtualServices } from "@/lib/mesh/virtual-services";
import type { SourcedRoute } from "./compile-routes";

/**
 * The HTTP routes of a root VirtualService with its delegates put in their places.
 *
 * A delegate that is missing, not visible, or has hosts of its own drops its route; so does a
 * delegate's route whose matches lie outside of the root's. Source: istiod's mergeHTTPRoutes.
 */
export function sourcedRoutes(mesh: MeshView, root: MeshVirtualService): readonly SourcedRoute[] {
  return (root.spec.http ?? []).flatMap((http, index): SourcedRoute[] => {
    const { delegate } = http;
    const { object, namespace } = root;
    const origin = root.httpRoutes?.[index];
    if (origin) return [{ http, namespace, ...origin }];
    if (!delegate) return [{ http, object, namespace, path: `spec.http[${index}]` }];
    const services = mesh.derive(virtualServices);
    const target = services.get(delegate.namespace || namespace, delegate.name ?? "");
    if (!target || hasHosts(target.spec)) return [];
    if (!isVisibleTo(services.visibility(target), namespace)) return [];
    return (target.spec.http ?? []).flatMap((part, at) => {
      const merged = mergeRoutes(http, part);
      if (!merged) return [];
      return [
        {
          http: merged,
          object: target.object,
          namespace: target.namespace,
          path: `spec.http[${at}]`,
        },
      ];
    });
  });
}

const hasHosts = (spec: VirtualServiceSpec): boolean => (spec.hosts?.length ?? 0) > 0;

/** What the delegate says wins; the root fills the gaps. Undefined where their matches conflict. */
function mergeRoutes(root: HttpRoute, part: HttpRoute): HttpRoute | undefined {
  const match = mergeMatches(root.match ?? [], part.match ?? []);
  if (!match) return undefined;
  const name = [root.name, part.name].filter(Boolean).join("-");
  const { delegate: _, ...gaps } = root;
  return { ...gaps, ...part, match, name };
}

function mergeMatches(
  root: readonly HttpMatch[],
  part: readonly HttpMatch[],
): readonly HttpMatch[] | undefined {
  if (root.length === 0) return part;
  if (part.length === 0) return root;
  const merged: HttpMatch[] = [];
  for (const inner of part) {
    const fitting = root.filter((outer) => !conflict(outer, inner));
    if (fitting.length === 0) return undefined;
    merged.push(...fitting.map((outer) => mergeMatch(outer, inner)));
  }
  return merged;
}

function mergeMatch(root: HttpMatch, part: HttpMatch): HttpMatch {
  const name = [root.name, part.name].filter(Boolean).join("-");
  return {
    ...root,
    ...part,
    ...(name ? { name } : {}),
    headers: { ...root.headers, ...part.headers },
    withoutHeaders: { ...root.withoutHeaders, ...part.withoutHeaders },
    queryParams: { ...root.queryParams, ...part.queryParams },
    sourceLabels: { ...root.sourceLabels, ...part.sourceLabels },
  };
}

function conflict(root: HttpMatch, part: HttpMatch): boolean {
  const differ = (["uri", "scheme", "method", "authority"] as const).some((field) =>
    stringsConflict(root[field], part[field]),
  );
  const maps = (["headers", "withoutHeaders", "queryParams"] as const).some((field) =>
    Object.entries(part[field] ?? {}).some(([key, match]) =>
      stringsConflict(root[field]?.[key], match),
    ),
  );
  if (differ || maps) return true;
  if ((root.ignoreUriCase ?? false) !== (part.ignoreUriCase ?? false)) return true;
  if (root.port && part.port && root.port !== part.port) return true;
  if (root.sourceNamespace && root.sourceNamespace !== part.sourceNamespace) return true;
  const labels = Object.entries(part.sourceLabels ?? {});
  if (labels.some(([key, value]) => (root.sourceLabels?.[key] ?? value) !== value)) return true;
  const outer = root.gateways ?? [];
  return outer.length > 0 && (part.gateways ?? []).some((gateway) => !outer.includes(gateway));
}

/** Whether a delegate's match could take in values that the root's does not. */
function stringsConflict(root: StringMatch | undefined, part: StringMatch | undefined): boolean {
  if (!root || !part) return false;
  if (root.regex || part.regex) return Boolean(hasValue(root) && hasValue(part));
  if (root.exact) return part.prefix ? true : part.exact !== root.exact;
  if (root.prefix) {
    const inner = part.prefix || part.exact;
    return inner ? !inner.startsWith(root.prefix) : true;
  }
  return true;
}

const hasValue = (match: StringMatch): boolean =>
  Boolean(match.regex || match.prefix || match.exact);
