import { z } from "zod";
import { destinationRuleSpec } from "@/lib/istio/destination-rule";
import { hostMatches, resolveHost } from "@/lib/istio/host";
import { isVisibleTo, visibilityOf } from "@/lib/istio/visibility";
import { virtualServiceSpec } from "@/lib/istio/virtual-service";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { CanaryRollout, RolloutSpec } from "./plan";
import { deploymentsBehind, versionFacts } from "./version-facts";

/** Of which version a Deployment is, as its target's `field` says. */
export const STABLE_FIELD = "spec.stable";
export const CANARY_FIELD = "spec.canary";

/** An object that a rollout writes. Stored with its status: it stays what it was at the start. */
export const RolloutTarget = z.object({
  kind: z.enum(["VirtualService", "HTTPRoute", "DestinationRule", "Deployment"]),
  namespace: z.string(),
  name: z.string(),
  /** Its routes; without a meaning for DestinationRules and Deployments. */
  route: z.object({
    type: z.enum(["http", "tcp", "tls"]),
    name: z.string().optional(),
    names: z.array(z.string()).optional(),
    index: z.int().optional(),
    all: z.literal(true).optional(),
    port: z.int().optional(),
    sniHosts: z.array(z.string()).optional(),
  }),
  /** The field of the plan that names it. */
  field: z.string(),
});
export type RolloutTarget = z.infer<typeof RolloutTarget>;

/** `VirtualService shop/reviews`: what an object is called in a status. */
export const targetKey = ({ kind, namespace, name }: Omit<RolloutTarget, "route" | "field">) =>
  `${kind} ${namespace}/${name}`;

/** Whether it carries traffic, and so has weights. */
export const hasWeights = ({ kind }: RolloutTarget): boolean =>
  kind === "VirtualService" || kind === "HTTPRoute";

const ALL = { type: "http", all: true } as const;

/** The objects that the plan itself names, in its order. */
export function namedTargets({ metadata, spec: { target } }: CanaryRollout): RolloutTarget[] {
  const own = (kind: RolloutTarget["kind"], name: string | undefined, field: string) =>
    name === undefined
      ? []
      : [{ kind, namespace: metadata.namespace, name, route: target.route, field }];
  const more = (
    kind: RolloutTarget["kind"],
    list: NonNullable<typeof target.virtualServices> | undefined,
    field: string,
  ) =>
    (list ?? []).map(({ name, namespace = metadata.namespace, route = target.route }, index) => ({
      kind,
      namespace,
      name,
      route,
      field: `${field}[${index}]`,
    }));
  const all = [
    ...own("VirtualService", target.virtualService, "spec.target.virtualService"),
    ...more("VirtualService", target.virtualServices, "spec.target.virtualServices"),
    ...own("HTTPRoute", target.httpRoute, "spec.target.httpRoute"),
    ...more("HTTPRoute", target.httpRoutes, "spec.target.httpRoutes"),
  ];
  return all.filter(
    (each, index) => all.findIndex((other) => targetKey(other) === targetKey(each)) === index,
  );
}

/**
 * The objects that are written, those that are safe to write first at the beginning: the
 * DestinationRules whose subsets change, then what carries traffic. A VirtualService that only
 * delegates gives way to what it delegates to.
 */
export function resolveTargets(mesh: MeshView, rollout: CanaryRollout): RolloutTarget[] {
  const traffic = namedTargets(rollout).flatMap((target) => {
    if (target.kind !== "VirtualService") return [target];
    const object = mesh.get("VirtualService", target.namespace, target.name);
    const leaves = object ? leavesOf(mesh, object, target) : [];
    return leaves.length > 0 ? leaves : [target];
  });
  const rules = rulesOf(mesh, rollout).map((rule): RolloutTarget => ({
    kind: "DestinationRule",
    namespace: rule.metadata.namespace ?? "",
    name: rule.metadata.name,
    route: ALL,
    field: "spec.canary.subset",
  }));
  const all = [...rules, ...traffic, ...deploymentsOf(mesh, rollout)];
  return all.filter(
    (each, index) => all.findIndex((other) => targetKey(other) === targetKey(each)) === index,
  );
}

/** The Deployments that the end of the rollout changes or copies from. */
function deploymentsOf(mesh: MeshView, { metadata, spec }: CanaryRollout): RolloutTarget[] {
  const { finalise } = spec;
  if (finalise !== "scale-down" && finalise !== "copy-to-primary") return [];
  const sides = finalise === "scale-down" ? (["stable"] as const) : (["stable", "canary"] as const);
  return sides.flatMap((side) => {
    const { host = spec.target.host, subset, labels } = spec[side];
    const facts = versionFacts(mesh, { host, subset, labels }, metadata.namespace);
    return deploymentsBehind(mesh, facts).map(
      ({ metadata: { name, namespace = "" } }): RolloutTarget => ({
        kind: "Deployment",
        namespace,
        name,
        route: ALL,
        field: side === "stable" ? STABLE_FIELD : CANARY_FIELD,
      }),
    );
  });
}

/** The VirtualServices that the chosen routes of a root delegate to; none where it routes itself. */
function leavesOf(mesh: MeshView, root: KubeObject, target: RolloutTarget): RolloutTarget[] {
  const { route } = target;
  if (route.type !== "http") return [];
  const { http = [] } = virtualServiceSpec(root);
  const wanted = route.names ?? (route.name === undefined ? undefined : [route.name]);
  const chosen = http.filter(
    ({ name = "" }, index) =>
      route.all === true || (wanted ? wanted.includes(name) : index === route.index),
  );
  if (chosen.some((each) => (each.route ?? []).length > 0)) return [];
  return chosen.flatMap(({ delegate }) => {
    if (delegate?.name === undefined) return [];
    const namespace = delegate.namespace ?? target.namespace;
    const leaf = mesh.get("VirtualService", namespace, delegate.name);
    // One that the leaf's own routes cannot lead to is left out: it has nothing to be written.
    if (leaf && !(virtualServiceSpec(leaf).http ?? []).some((each) => each.route)) return [];
    return [{ ...target, namespace, name: delegate.name, route: ALL }];
  });
}

/** The DestinationRules whose subsets the rollout changes. */
function rulesOf(mesh: MeshView, { metadata, spec }: CanaryRollout): KubeObject[] {
  const hosts = (["stable", "canary"] as const).flatMap((side) =>
    spec[side].labels || spec.finalise === "rotate" ? [spec[side].host ?? spec.target.host] : [],
  );
  const wanted = new Set(hosts.map((host) => resolveHost(host, metadata.namespace)));
  return [...wanted].flatMap((host) => {
    const rules = mesh.list("DestinationRule").filter((rule) => {
      const { namespace = "" } = rule.metadata;
      const { host: own, exportTo } = destinationRuleSpec(rule);
      return (
        own !== undefined &&
        hostMatches(resolveHost(own, namespace), host) &&
        isVisibleTo(visibilityOf(exportTo, namespace), metadata.namespace)
      );
    });
    // The rule that defines the other side is the one where people look for both.
    const known = rules.find((rule) =>
      (destinationRuleSpec(rule).subsets ?? []).some(
        ({ name }) => name === spec.stable.subset || name === spec.canary.subset,
      ),
    );
    const [first] = rules;
    return known ? [known] : first ? [first] : [];
  });
}

/** The plan as it reads for one object: its routes, and hosts by their full names elsewhere. */
export function specFor({ metadata, spec }: CanaryRollout, target: RolloutTarget): RolloutSpec {
  const route = target.route;
  if (target.namespace === metadata.namespace) {
    return { ...spec, target: { ...spec.target, route } };
  }
  const full = (host: string) => resolveHost(host, metadata.namespace);
  const side = (to: RolloutSpec["stable"]) =>
    to.host === undefined ? to : { ...to, host: full(to.host) };
  return {
    ...spec,
    target: { ...spec.target, route, host: full(spec.target.host) },
    stable: side(spec.stable),
    canary: side(spec.canary),
  };
}
