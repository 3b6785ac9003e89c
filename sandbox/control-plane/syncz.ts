import type { ProxyConnection } from "./proxy-connection";
import { nodeMetadata } from "./envoy/bootstrap";
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

/** `/debug/adsz`: who is connected, and what he watches. */
export const adsClients = (connections: readonly ProxyConnection[]): Json => ({
  totalClients: connections.length,
  clients: connections.map((connection) => ({
    ...connected(connection),
    labels: connection.pod.labels,
    metadata: nodeMetadata(connection.pod),
    locality: {},
    watches: Object.fromEntries(
      [...connection.subscriptions().keys()].map((type) => [TYPE_URL[type], []]),
    ),
  })),
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
