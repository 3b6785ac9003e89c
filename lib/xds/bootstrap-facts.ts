import { isRecord } from "@/lib/k8s/json-value";
import { type ConfigDump, dumpedClusters, dumpedListeners } from "./config-dump";
import { fieldAt, listField, numberField, recordField, textField, texts } from "./field";

/** A fact of what an Envoy was started with, in a group of its kind. */
export interface BootstrapFact {
  readonly group:
    "Node" | "Workload" | "Proxy configuration" | "Control plane" | "Static resources";
  readonly name: string;
  readonly value: string;
}

/** Metadata of the node that says who the workload is, in Istio's names. */
const WORKLOAD = {
  NAMESPACE: "Namespace",
  WORKLOAD_NAME: "Workload",
  OWNER: "Owner",
  SERVICE_ACCOUNT: "Service account",
  CLUSTER_ID: "Cluster",
  MESH_ID: "Mesh",
  NETWORK: "Network",
  NODE_NAME: "Kubernetes node",
  INSTANCE_IPS: "Addresses",
  INTERCEPTION_MODE: "Interception",
  UNPRIVILEGED_POD: "Unprivileged",
} as const;

/** Fields of ProxyConfig that operators set. */
const PROXY_CONFIG = {
  discovery_address: "Discovery address",
  concurrency: "Concurrency",
  drain_duration: "Drain duration",
  termination_drain_duration: "Termination drain",
  hold_application_until_proxy_starts: "Holds the application until it is ready",
  status_port: "Status port",
  proxy_admin_port: "Admin port",
  control_plane_auth_policy: "Towards istiod",
  proxy_stats_matcher: "Statistics kept",
  proxy_metadata: "Metadata set",
  tracing: "Tracing",
  image: "Image",
} as const;

/**
 * What an Envoy was started with, as facts that can be read: who it is, whom it asks for
 * configuration, what it has without being sent it. Facts that the bootstrap lacks are left out.
 */
export function bootstrapFacts(dump: ConfigDump): readonly BootstrapFact[] {
  const bootstrap = fieldAt(dump.sections.get("Bootstrap"), "bootstrap");
  const node = fieldAt(bootstrap, "node");
  const metadata = recordField(node, "metadata") ?? {};
  const group =
    (name: BootstrapFact["group"]) =>
    ([fact, value]: readonly [string, unknown]): BootstrapFact[] => {
      const text = told(value);
      return text === "" ? [] : [{ group: name, name: fact, value: text }];
    };
  return [
    ...nodeFacts(node, metadata).flatMap(group("Node")),
    ...Object.entries(WORKLOAD)
      .map(([key, name]) => [name, metadata[key]] as const)
      .flatMap(group("Workload")),
    ...Object.entries(recordField(metadata, "LABELS") ?? {})
      .map(([name, value]) => [`Label ${name}`, value] as const)
      .flatMap(group("Workload")),
    ...Object.entries(PROXY_CONFIG)
      .map(([key, name]) => [name, fieldAt(metadata["PROXY_CONFIG"], key)] as const)
      .flatMap(group("Proxy configuration")),
    ...controlPlaneFacts(bootstrap).flatMap(group("Control plane")),
    ...staticFacts(dump, bootstrap).flatMap(group("Static resources")),
  ];
}

const nodeFacts = (
  node: unknown,
  metadata: Readonly<Record<string, unknown>>,
): readonly (readonly [string, unknown])[] => {
  const version = fieldAt(node, "user_agent_build_version", "version");
  const parts = ["major_number", "minor_number", "patch"].map((part) => numberField(version, part));
  return [
    ["Id", textField(node, "id")],
    ["Cluster of Envoy", textField(node, "cluster")],
    ["Istio", metadata["ISTIO_VERSION"]],
    ["Envoy", parts[0] === undefined ? "" : parts.map((part) => part ?? 0).join(".")],
    [
      "Locality",
      ["region", "zone", "sub_zone"]
        .map((part) => textField(fieldAt(node, "locality"), part))
        .filter(Boolean)
        .join("/"),
    ],
  ];
};

function controlPlaneFacts(bootstrap: unknown): readonly (readonly [string, unknown])[] {
  const ads = fieldAt(bootstrap, "dynamic_resources", "ads_config");
  const [service] = listField(ads, "grpc_services");
  return [
    ["Asks for configuration by", textField(ads, "api_type")],
    ["Through the cluster", textField(fieldAt(service, "envoy_grpc"), "cluster_name")],
  ];
}

function staticFacts(
  dump: ConfigDump,
  bootstrap: unknown,
): readonly (readonly [string, unknown])[] {
  const namesOf = (list: ReturnType<typeof dumpedClusters>) =>
    list
      .filter(({ state }) => state === "static")
      .map(({ resource }) => textField(resource, "name"))
      .join(", ");
  const admin = fieldAt(bootstrap, "admin", "address", "socket_address");
  const port = numberField(admin, "port_value");
  return [
    ["Clusters", namesOf(dumpedClusters(dump))],
    ["Listeners", namesOf(dumpedListeners(dump))],
    ["Admin page", port === undefined ? "" : `${textField(admin, "address")}:${port}`],
    [
      "Statistics are sent to",
      texts(listField(bootstrap, "stats_sinks").map((sink) => textField(sink, "name"))).join(", "),
    ],
    ["Tracer", textField(fieldAt(bootstrap, "tracing", "http"), "name")],
    [
      "Runtime layers",
      texts(
        listField(fieldAt(bootstrap, "layered_runtime"), "layers").map((layer) =>
          textField(layer, "name"),
        ),
      ).join(", "),
    ],
  ];
}

/** A value as text: a message as its JSON; empty where there is none. */
const told = (value: unknown): string =>
  value === undefined || value === null
    ? ""
    : typeof value === "string"
      ? value
      : isRecord(value) && Object.keys(value).length === 0
        ? ""
        : JSON.stringify(value);
