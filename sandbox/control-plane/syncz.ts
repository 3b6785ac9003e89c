import type { ProxyConnection } from "./proxy-connection";
import type { MeshView } from "@/lib/mesh/view";
import { nodeMetadata } from "./envoy/bootstrap";
import { resourceNames } from "./envoy/config-dump";
import { TYPE_URL, type XdsType } from "./xds-type";

type Json = Readonly<Record<string, unknown>>;

/** The old names of the fields beside the map of resources. */
const FIELD: Readonly<Record<XdsType, string>> = {
  CDS: "cluster",
  LDS: "listener",
  RDS: "route",
  EDS: "endpoint",
  ECDS: "extensionconfig",
};

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** One proxy in `/debug/syncz`. Empty fields are left out, as Go's omitempty does. */
export function syncStatus(connection: ProxyConnection): Json {
  const { pod } = connection;
  const flat: Record<string, string> = {};
  const resources: Record<string, Json> = {};
  for (const [type, { sent, acked, lastError }] of connection.subscriptions()) {
    if (sent) flat[`${FIELD[type]}_sent`] = sent.nonce;
    if (acked) flat[`${FIELD[type]}_acked`] = acked.nonce;
    resources[TYPE_URL[type]] = {
      ...(sent ? { sent: sent.nonce } : {}),
      ...(acked ? { acked: acked.nonce } : {}),
      ...(sent ? { sentTime: isoTime(sent.at) } : {}),
      ...(lastError ? { lastError } : {}),
    };
  }
  return {
    cluster_id: "Kubernetes",
    proxy: `${pod.name}.${pod.namespace}`,
    proxy_type: pod.type,
    istio_version: pod.version,
    ...flat,
    resources,
  };
}

/** In a large mesh the names that each proxy watches would be more than anybody can read. */
const MOST_WITH_NAMES = 100;

/** `/debug/adsz`: who is connected, and what he watches. */
export const adsClients = (connections: readonly ProxyConnection[], mesh: MeshView): Json => ({
  totalClients: connections.length,
  clients: connections.map((connection) => {
    const { pod } = connection;
    const names = connections.length > MOST_WITH_NAMES ? undefined : resourceNames(pod, mesh);
    return {
      ...connected(connection),
      labels: pod.labels,
      metadata: nodeMetadata(pod),
      locality: {},
      watches: Object.fromEntries(
        [...connection.subscriptions().keys()].map((type) => [TYPE_URL[type], names?.[type] ?? []]),
      ),
    };
  }),
});

/** `/debug/connections`: the same in short. */
export const connectionList = (connections: readonly ProxyConnection[]): Json => ({
  totalClients: connections.length,
  clients: connections.map(connected),
});

const connected = ({ id, connectedAt, pod }: ProxyConnection): Json => ({
  connectionId: id,
  connectedAt: isoTime(connectedAt),
  address: `${pod.ip}:${FIRST_PORT + (Number(id.slice(id.lastIndexOf("-") + 1)) % PORTS)}`,
});

const FIRST_PORT = 32_768;
const PORTS = 28_000;
