import { isAmbientNamespace, REDIRECTION, waypointOf } from "@/lib/istio/ambient";
import { MESH_GATEWAY, resolveGateways } from "@/lib/istio/gateway-ref";
import { resolveHost, serviceOfFqdn } from "@/lib/istio/host";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import type { MeshView } from "@/lib/mesh/view";
import { type Field, textsIn } from "../field";
import type { Subject } from "../rule";
import { namespaceLabels } from "./namespaces";
import { selectorField } from "./selectors";
import { workloads } from "./workloads";

type Labels = Readonly<Record<string, string>>;

/** Whether ambient's node proxy has taken over the traffic of some pod of a namespace. */
export const hasRedirectedPods = (mesh: MeshView, namespace: string): boolean =>
  mesh.lookup(REDIRECTED, namespace).length > 0;

/** Whether it has taken over that of a running pod. */
export const isRedirected = (pod: KubeObject): boolean =>
  textsIn(pod.metadata.annotations)[REDIRECTION] === "enabled";

const REDIRECTED: MeshIndex<true> = {
  kinds: ["Pod"],
  entries: (pod) => (isRedirected(pod) ? [[pod.metadata.namespace ?? "", true]] : []),
};

/** Whether a waypoint exists: a Gateway, or a pod that one was made into. */
export const waypointExists = (
  mesh: MeshView,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): boolean =>
  mesh.get("KubernetesGateway", namespace, name) !== undefined ||
  workloads(mesh).select({ "gateway.networking.k8s.io/gateway-name": name }, namespace) !==
    undefined;

/** What the rules about waypoints read. */
export const ENROLMENT_KINDS = [
  "Namespace",
  "Service",
  "Pod",
  "Deployment",
  "WorkloadEntry",
] as const;

/** The objects that a policy is attached to by name. */
export const targetRefs = ({ fields }: Subject): readonly Field[] => {
  const spec = fields.at("spec");
  const one = spec.at("targetRef");
  return [...(one.exists ? [one] : []), ...spec.at("targetRefs").items()];
};

/**
 * What a policy is for and no waypoint serves, in words; undefined where each target has one.
 * A policy for a Gateway is for the waypoint itself. Kiali asks the namespace even where the policy
 * names a Service that has a waypoint of its own.
 */
export function targetWithoutWaypoint(subject: Subject, mesh: MeshView): string | undefined {
  const { namespace } = subject;
  const home = { name: namespace, labels: namespaceLabels(mesh, namespace) };
  const refs = targetRefs(subject);
  for (const ref of refs) {
    const name = ref.at("name").text;
    if (ref.at("kind").text !== "Service" || name === undefined) continue;
    const service = mesh.get("Service", namespace, name);
    if (service && !waypointOf(labelsOf(service), home)) return `the Service ${name}`;
  }
  if (refs.length > 0) return undefined;
  const selector = selectorField(subject).labels();
  const selected =
    Object.keys(selector).length > 0 ? workloads(mesh).matching(selector, namespace) : [];
  const unserved = selected.find(({ labels }) => !waypointOf(labels, home));
  if (unserved) return `the workload ${unserved.name}`;
  return selected.length > 0 || waypointOf({}, home) ? undefined : `the namespace ${namespace}`;
}

/** One host of a VirtualService or DestinationRule that is a Service in ambient. */
export interface AmbientHost {
  readonly field: Field;
  readonly name: string;
  readonly namespace: string;
  readonly served: boolean;
}

/** The ambient Services that an object's hosts mean. */
export function ambientHosts(subject: Subject, mesh: MeshView): readonly AmbientHost[] {
  const spec = subject.fields.at("spec");
  const hosts = subject.kind === "DestinationRule" ? [spec.at("host")] : spec.at("hosts").items();
  return hosts.flatMap((field): AmbientHost[] => {
    const service = serviceOfFqdn(resolveHost(field.text ?? "", subject.namespace));
    if (!service) return [];
    const { name, namespace } = service;
    const object = mesh.get("Service", namespace, name);
    const home = { name: namespace, labels: namespaceLabels(mesh, namespace) };
    if (!object || !isAmbientNamespace(home.labels)) return [];
    return [{ field, name, namespace, served: waypointOf(labelsOf(object), home) !== undefined }];
  });
}

const labelsOf = (object: KubeObject): Labels => textsIn(object.metadata.labels);

/** Why an object needs a proxy that reads HTTP; undefined where ambient's node proxy is enough. */
export const needsHttp = (subject: Subject): string | undefined => subject.derive(whyHttp);

function whyHttp({ kind, namespace, fields }: Subject): string | undefined {
  const spec = fields.at("spec");
  switch (kind) {
    case "AuthorizationPolicy":
      return httpPolicy(spec);
    case "RequestAuthentication":
      return "it checks tokens of requests";
    case "WasmPlugin":
      return "it runs in a proxy's chain of filters";
    case "Telemetry":
      return ["tracing", "accessLogging"].some((name) => spec.at(name).items().length > 0) ||
        spec
          .at("metrics")
          .items()
          .some((metric) => metric.at("overrides").items().length > 0)
        ? "it is about requests"
        : undefined;
    case "VirtualService": {
      const routes = [...spec.at("http").items(), ...spec.at("tls").items()];
      const gateways = resolveGateways(spec.at("gateways").texts(), namespace);
      return routes.length > 0 && gateways.includes(MESH_GATEWAY)
        ? "it routes requests"
        : undefined;
    }
    case "DestinationRule": {
      const subsets = spec.at("subsets").items();
      const policies = [spec, ...subsets].map((part) => part.at("trafficPolicy"));
      return policies.some(isHttpPolicy) ? "its policy is about requests" : undefined;
    }
    default:
      return undefined;
  }
}

// Kiali overlooks the negative forms and CUSTOM, which need the request just as much.
const HTTP_OPERATIONS = ["methods", "paths", "hosts"].flatMap((name) => [
  name,
  `not${name.charAt(0).toUpperCase()}${name.slice(1)}`,
]);
const HTTP_SOURCES = ["requestPrincipals", "notRequestPrincipals"];

function httpPolicy(spec: Field): string | undefined {
  if (spec.at("action").text === "CUSTOM") return "it asks another service";
  for (const rule of spec.at("rules").items()) {
    const has = (list: string, inner: string, names: readonly string[]) =>
      rule
        .at(list)
        .items()
        .some((item) => names.some((name) => item.at(inner, name).items().length > 0));
    if (has("to", "operation", HTTP_OPERATIONS)) return "it matches requests";
    if (has("from", "source", HTTP_SOURCES)) return "it matches the identity in a token";
    if (
      rule
        .at("when")
        .items()
        .some((condition) => condition.at("key").text?.startsWith("request."))
    )
      return "it matches requests";
  }
  return undefined;
}

function isHttpPolicy(policy: Field): boolean {
  const hash = policy.at("loadBalancer", "consistentHash");
  return (
    ["httpHeaderName", "httpCookie", "httpQueryParameterName"].some(
      (name) => hash.at(name).exists,
    ) ||
    policy.at("connectionPool", "http").exists ||
    policy.at("outlierDetection").exists
  );
}
