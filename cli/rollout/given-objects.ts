import { destinationRuleSpec } from "@/lib/istio/destination-rule";
import { resolveHost, serviceOfFqdn } from "@/lib/istio/host";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { CanaryRollout } from "@/lib/rollout/plan";

type Given = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

const VERSIONS: Readonly<Record<string, string>> = {
  VirtualService: "networking.istio.io/v1",
  DestinationRule: "networking.istio.io/v1",
  ServiceEntry: "networking.istio.io/v1",
  Gateway: "networking.istio.io/v1",
  HTTPRoute: "gateway.networking.k8s.io/v1",
  Service: "v1",
  Pod: "v1",
  Namespace: "v1",
  ConfigMap: "v1",
  Deployment: "apps/v1",
};
/** How many ready pods each subset has where a file names no workloads at all. */
const USUAL_PODS = 4;
const ALWAYS = ["istio-system", "default"];

/**
 * The objects of a simulation file, completed: versions and namespaces that they leave out, the
 * pods of Deployments, and, where a file names no Services or no workloads, usual ones.
 */
export function completed(
  given: readonly Given[],
  rollouts: readonly CanaryRollout[],
): KubeObject[] {
  const namespace = rollouts[0]?.metadata.namespace ?? "default";
  const objects = given.map((value) => completedObject(value, namespace));
  const of = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));
  const services = of("Service", "ServiceEntry").length > 0 ? [] : usualServices(rollouts);
  const subsets = of("DestinationRule");
  const pods =
    of("Pod", "Deployment").length > 0
      ? of("Deployment").flatMap(podsOf)
      : subsets.flatMap((rule) => usualPods(rule));
  const all = [...objects, ...services, ...pods];
  const known = new Set(of("Namespace").map(({ metadata }) => metadata.name));
  const wanted = new Set([...ALWAYS, ...all.flatMap(({ metadata }) => metadata.namespace ?? [])]);
  const namespaces = [...wanted]
    .filter((name) => !known.has(name))
    .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  const first = of("Namespace");
  return [...first, ...namespaces, ...all.filter((object) => !first.includes(object))];
}

const CLUSTER_WIDE = new Set(["Namespace", "Node", "CustomResourceDefinition"]);

function completedObject(value: Given, namespace: string): KubeObject {
  const kind = String(value["kind"]);
  const metadata = isRecord(value["metadata"]) ? value["metadata"] : {};
  const object = {
    ...value,
    apiVersion: value["apiVersion"] ?? VERSIONS[kind] ?? "v1",
    kind,
    metadata: CLUSTER_WIDE.has(kind) ? metadata : { namespace, ...metadata },
  } as unknown as KubeObject;
  if (kind === "Service") return completedService(object);
  if (kind === "Pod") return completedPod(object);
  return kind === "Deployment" ? completedDeployment(object) : object;
}

function completedService(service: KubeObject): KubeObject {
  const spec = isRecord(service["spec"]) ? service["spec"] : {};
  const { name } = service.metadata;
  return {
    ...service,
    spec: { ports: [{ name: "http", port: 80 }], selector: { app: name }, ...spec },
  };
}

const CONTAINERS = [{ name: "app", image: "app" }];

function completedPod(pod: KubeObject): KubeObject {
  const spec = isRecord(pod["spec"]) ? pod["spec"] : {};
  return {
    ...pod,
    spec: { containers: CONTAINERS, ...spec },
    // Without a kubelet nobody else would ever say so.
    status: isRecord(pod["status"]) ? pod["status"] : readyStatus(true),
  };
}

function completedDeployment(deployment: KubeObject): KubeObject {
  const spec = isRecord(deployment["spec"]) ? deployment["spec"] : {};
  const { name, labels = {} } = deployment.metadata;
  const template = isRecord(spec["template"]) ? spec["template"] : {};
  const meta = isRecord(template["metadata"]) ? template["metadata"] : {};
  const podLabels = isRecord(meta["labels"])
    ? meta["labels"]
    : Object.keys(labels).length > 0
      ? labels
      : { app: name };
  const podSpec = isRecord(template["spec"]) ? template["spec"] : {};
  const replicas = Number(spec["replicas"] ?? 1);
  const status = isRecord(deployment["status"]) ? deployment["status"] : {};
  const ready = status["readyReplicas"] ?? status["availableReplicas"] ?? replicas;
  return {
    ...deployment,
    spec: {
      replicas: 1,
      selector: { matchLabels: podLabels },
      ...spec,
      template: {
        ...template,
        metadata: { ...meta, labels: podLabels },
        spec: { containers: CONTAINERS, ...podSpec },
      },
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      ...status,
    },
  };
}

/** The pods that a Deployment would have made; as many of them ready as its status says. */
export function podsOf(deployment: KubeObject): KubeObject[] {
  const spec = deployment["spec"] as JsonRecord;
  const status = isRecord(deployment["status"]) ? deployment["status"] : {};
  const template = spec["template"] as { metadata: JsonRecord; spec: JsonRecord };
  const replicas = Number(spec["replicas"]);
  const ready = Number(status["readyReplicas"] ?? status["availableReplicas"] ?? replicas);
  const { name, namespace = "" } = deployment.metadata;
  return Array.from({ length: replicas }, (_, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: `${name}-${index}`, namespace },
    spec: template.spec,
    status: readyStatus(index < ready),
  }));
}

/** What the kubelet says of a pod's readiness. */
export const readyStatus = (ready: boolean) => ({
  phase: "Running",
  conditions: [
    {
      type: "Ready",
      status: ready ? "True" : "False",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    },
  ],
});

/** A Service for each host of the rollouts that is one. */
function usualServices(rollouts: readonly CanaryRollout[]): KubeObject[] {
  const hosts = rollouts.flatMap(({ spec, metadata: { namespace } }) =>
    [spec.target.host, spec.stable.host, spec.canary.host].flatMap((host) =>
      host === undefined ? [] : [resolveHost(host, namespace)],
    ),
  );
  return [...new Set(hosts)].flatMap((host) => {
    const place = serviceOfFqdn(host);
    if (!place) return [];
    return completedService({ apiVersion: "v1", kind: "Service", metadata: place });
  });
}

function usualPods(rule: KubeObject): KubeObject[] {
  const { host = "", subsets = [] } = destinationRuleSpec(rule);
  const { namespace = "" } = rule.metadata;
  const place = serviceOfFqdn(resolveHost(host, namespace));
  return subsets.flatMap(({ name = "", labels = {} }) =>
    Array.from({ length: USUAL_PODS }, (_, index) => {
      const own: Labels = { app: place?.name ?? host, ...labels };
      return completedPod({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: `${place?.name ?? "pod"}-${name}-${index}`.toLowerCase(),
          namespace: place?.namespace ?? namespace,
          labels: own,
        },
      });
    }),
  );
}
