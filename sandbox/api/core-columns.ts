import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { AGE, NAME } from "./custom-columns";
import { humanAge } from "./human-age";
import { podReady, podRestarts, podStatus } from "./pod-cells";
import type { Column } from "./resource-type";

type Cell = Column["cell"];

const column = (name: string, cell: Cell, options: Partial<Column> = {}): Column => ({
  name,
  type: "string",
  description: "",
  priority: 0,
  cell,
  ...options,
});
/** A column that only `-o wide` shows. */
const wide = (name: string, cell: Cell): Column => column(name, cell, { priority: 1 });
const count = (name: string, cell: Cell): Column => column(name, cell, { type: "integer" });

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
const records = (value: unknown): readonly JsonRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
const string = (value: unknown, otherwise = "<none>"): string =>
  typeof value === "string" && value ? value : otherwise;
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const spec = (object: KubeObject): JsonRecord => record(object.spec);
const status = (object: KubeObject): JsonRecord => record(object.status);

const labels = (value: unknown): string => {
  const pairs = Object.entries(record(value)).map(([key, text]) => `${key}=${String(text)}`);
  return pairs.sort().join(",") || "<none>";
};
const selector = (value: unknown): string => {
  const { matchLabels, matchExpressions } = record(value);
  const expressions = records(matchExpressions).map(
    ({ key, operator, values }) =>
      `${String(key)} ${String(operator).toLowerCase()} (${Array.isArray(values) ? values.join(",") : ""})`,
  );
  return (
    [labels(matchLabels), ...expressions].filter((text) => text !== "<none>").join(",") || "<none>"
  );
};
const containers = (object: KubeObject): readonly JsonRecord[] =>
  records(record(record(spec(object).template).spec).containers);
const joined = (items: readonly JsonRecord[], field: string): string =>
  items.map((item) => string(item[field], "")).join(",");

const templateColumns: readonly Column[] = [
  wide("Containers", (object) => joined(containers(object), "name")),
  wide("Images", (object) => joined(containers(object), "image")),
  wide("Selector", (object) => selector(spec(object).selector)),
];

const servicePorts = (object: KubeObject): string =>
  records(spec(object).ports)
    .map(
      ({ port, nodePort, protocol }) =>
        `${String(port)}${typeof nodePort === "number" ? `:${nodePort}` : ""}/${string(protocol, "TCP")}`,
    )
    .join(",") || "<none>";

function externalIp(object: KubeObject): string {
  const { type, externalName, externalIPs } = spec(object);
  if (type === "ExternalName") return string(externalName);
  const ingress = records(record(status(object).loadBalancer).ingress).map(({ ip, hostname }) =>
    string(ip ?? hostname, ""),
  );
  const given = Array.isArray(externalIPs) ? externalIPs.map(String) : [];
  return [...ingress, ...given].join(",") || (type === "LoadBalancer" ? "<pending>" : "<none>");
}

const nodeStatus = (object: KubeObject): string => {
  const ready = records(status(object).conditions).find(({ type }) => type === "Ready");
  const word = ready ? (ready.status === "True" ? "Ready" : "NotReady") : "Unknown";
  return spec(object).unschedulable === true ? `${word},SchedulingDisabled` : word;
};
const nodeRoles = ({ metadata }: KubeObject): string =>
  Object.keys(metadata.labels ?? {})
    .filter((key) => key.startsWith("node-role.kubernetes.io/"))
    .map((key) => key.slice(key.indexOf("/") + 1))
    .sort()
    .join(",") || "<none>";
const nodeAddress = (type: string) => (object: KubeObject) =>
  string(records(status(object).addresses).find((address) => address.type === type)?.address);
const nodeInfo = (field: string) => (object: KubeObject) =>
  string(record(status(object).nodeInfo)[field], "<unknown>");

const endpointTexts = (object: KubeObject): string => {
  const texts = records(object.subsets).flatMap(({ addresses, ports }) =>
    records(addresses).flatMap(({ ip }) =>
      records(ports).map(({ port }) => `${String(ip)}:${String(port)}`),
    ),
  );
  return shortened(texts);
};
const shortened = (texts: readonly string[]): string =>
  texts.length > 3
    ? `${texts.slice(0, 3).join(",")} + ${texts.length - 3} more...`
    : texts.join(",") || "<none>";

const lastSeen: Cell = (object, now) =>
  humanAge(
    [object.lastTimestamp, object.eventTime, object.metadata.creationTimestamp].find(
      (value) => typeof value === "string",
    ),
    now,
  );

const createdAt = column("Created At", ({ metadata }) => metadata.creationTimestamp, {
  type: "date",
});

const subjects =
  (kind: string): Cell =>
  (object) =>
    records(object.subjects)
      .filter((subject) => subject.kind === kind)
      .map(({ namespace, name }) =>
        kind === "ServiceAccount" ? `${string(namespace, "")}/${string(name)}` : string(name),
      )
      .join(", ");
const bindingColumns: readonly Column[] = [
  NAME,
  column("Role", ({ roleRef }) => {
    const { kind, name } = record(roleRef);
    return `${string(kind)}/${string(name)}`;
  }),
  AGE,
  wide("Users", subjects("User")),
  wide("Groups", subjects("Group")),
  wide("ServiceAccounts", subjects("ServiceAccount")),
];

/** The columns of the built-in kinds; kinds that are left out show their name and age. */
export const CORE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [NAME, column("Status", (o) => string(status(o).phase, "Active")), AGE],
  Node: [
    NAME,
    column("Status", nodeStatus),
    column("Roles", nodeRoles),
    AGE,
    column("Version", nodeInfo("kubeletVersion")),
    wide("Internal-IP", nodeAddress("InternalIP")),
    wide("External-IP", nodeAddress("ExternalIP")),
    wide("OS-Image", nodeInfo("osImage")),
    wide("Kernel-Version", nodeInfo("kernelVersion")),
    wide("Container-Runtime", nodeInfo("containerRuntimeVersion")),
  ],
  Service: [
    NAME,
    column("Type", (o) => string(spec(o).type, "ClusterIP")),
    column("Cluster-IP", (o) => string(spec(o).clusterIP)),
    column("External-IP", externalIp),
    column("Port(s)", servicePorts),
    AGE,
    wide("Selector", (o) => labels(spec(o).selector)),
  ],
  Pod: [
    NAME,
    column("Ready", podReady),
    column("Status", podStatus),
    column("Restarts", podRestarts),
    AGE,
    wide("IP", (o) => string(status(o).podIP)),
    wide("Node", (o) => string(spec(o).nodeName)),
    wide("Nominated Node", (o) => string(status(o).nominatedNodeName)),
    wide("Readiness Gates", () => "<none>"),
  ],
  ServiceAccount: [NAME, count("Secrets", (o) => records(o.secrets).length), AGE],
  ConfigMap: [
    NAME,
    count("Data", (o) => Object.keys({ ...record(o.data), ...record(o.binaryData) }).length),
    AGE,
  ],
  Secret: [
    NAME,
    column("Type", (o) => string(o.type, "Opaque")),
    count("Data", (o) => Object.keys(record(o.data)).length),
    AGE,
  ],
  Endpoints: [NAME, column("Endpoints", endpointTexts), AGE],
  EndpointSlice: [
    NAME,
    column("AddressType", (o) => string(o.addressType)),
    column("Ports", (o) => shortened(records(o.ports).map(({ port }) => String(port)))),
    column("Endpoints", (o) =>
      shortened(
        records(o.endpoints).flatMap(({ addresses }) =>
          Array.isArray(addresses) ? addresses.map(String) : [],
        ),
      ),
    ),
    AGE,
  ],
  Event: [
    column("Last Seen", lastSeen),
    column("Type", (o) => string(o.type)),
    column("Reason", (o) => string(o.reason)),
    column("Object", (o) => {
      const { kind, name } = record(o.involvedObject);
      return `${string(kind, "").toLowerCase()}/${string(name, "")}`;
    }),
    wide("Source", (o) => string(record(o.source).component, "")),
    column("Message", (o) => string(o.message, "").trim()),
    wide("First Seen", (o, now) =>
      humanAge(typeof o.firstTimestamp === "string" ? o.firstTimestamp : undefined, now),
    ),
    wide("Count", (o) => String(number(o.count) || 1)),
    { ...NAME, priority: 1 },
  ],
  Deployment: [
    NAME,
    column("Ready", (o) => `${number(status(o).readyReplicas)}/${number(spec(o).replicas)}`),
    count("Up-to-date", (o) => number(status(o).updatedReplicas)),
    count("Available", (o) => number(status(o).availableReplicas)),
    AGE,
    ...templateColumns,
  ],
  ReplicaSet: [
    NAME,
    count("Desired", (o) => number(spec(o).replicas)),
    count("Current", (o) => number(status(o).replicas)),
    count("Ready", (o) => number(status(o).readyReplicas)),
    AGE,
    ...templateColumns,
  ],
  Lease: [NAME, column("Holder", (o) => string(spec(o).holderIdentity, "")), AGE],
  ValidatingWebhookConfiguration: [NAME, count("Webhooks", (o) => records(o.webhooks).length), AGE],
  MutatingWebhookConfiguration: [NAME, count("Webhooks", (o) => records(o.webhooks).length), AGE],
  CustomResourceDefinition: [NAME, createdAt],
  Role: [NAME, createdAt],
  ClusterRole: [NAME, createdAt],
  RoleBinding: bindingColumns,
  ClusterRoleBinding: bindingColumns,
};
