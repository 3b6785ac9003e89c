type Labels = Readonly<Record<string, string>>;

const DATAPLANE_MODE = "istio.io/dataplane-mode";
const USE_WAYPOINT = "istio.io/use-waypoint";

/** On a Service or its namespace: whether gateways send to it through its waypoint. */
export const INGRESS_USE_WAYPOINT = "istio.io/ingress-use-waypoint";

/** The class of Gateways that are waypoints. */
export const WAYPOINT_CLASS = "istio-waypoint";

/** On a waypoint's Gateway: `service` (where absent), `workload`, `all` or `none`. */
export const WAYPOINT_FOR = "istio.io/waypoint-for";

/** On a pod whose traffic ztunnel has taken over, with the value `enabled`. */
export const REDIRECTION = "ambient.istio.io/redirection";

/** What istiod labels the pods with that it deploys for a waypoint's Gateway. */
export const WAYPOINT_LABEL = {
  name: "gateway.istio.io/managed",
  value: "istio.io-mesh-controller",
} as const;

/** Whether a namespace's pods are taken into ambient unless they say otherwise. */
export const isAmbientNamespace = (labels: Labels): boolean => labels[DATAPLANE_MODE] === "ambient";

/** Whether labels ask for ambient: a workload's own before its namespace's. */
export const wantsAmbient = (workload: Labels, namespace: Labels): boolean =>
  workload[DATAPLANE_MODE] === "ambient" ||
  (isAmbientNamespace(namespace) && workload[DATAPLANE_MODE] !== "none");

/** A waypoint that labels ask for; the resource's own label counts before its namespace's. */
export function waypointOf(
  resource: Labels,
  namespace: { readonly name: string; readonly labels: Labels },
): { readonly namespace: string; readonly name: string } | undefined {
  const source = USE_WAYPOINT in resource ? resource : namespace.labels;
  const name = source[USE_WAYPOINT];
  if (!name || name === "none") return undefined;
  return { namespace: source[`${USE_WAYPOINT}-namespace`] ?? namespace.name, name };
}
