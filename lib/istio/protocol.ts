/** What istiod takes the traffic of a port for. `Auto` is found out by looking at the first bytes. */
export type Protocol =
  | "HTTP"
  | "HTTP_PROXY"
  | "HTTP2"
  | "GRPC"
  | "GRPC-Web"
  | "HTTPS"
  | "TLS"
  | "TCP"
  | "UDP"
  | "Mongo"
  | "Redis"
  | "MySQL"
  | "Auto";

const BY_NAME: Readonly<Record<string, Protocol>> = {
  tcp: "TCP",
  udp: "UDP",
  grpc: "GRPC",
  "grpc-web": "GRPC-Web",
  http: "HTTP",
  http_proxy: "HTTP_PROXY",
  http2: "HTTP2",
  https: "HTTPS",
  tls: "TLS",
  mongo: "Mongo",
  redis: "Redis",
  mysql: "MySQL",
};

const BY_APP_PROTOCOL: Readonly<Record<string, Protocol>> = {
  "kubernetes.io/h2c": "HTTP2",
  "kubernetes.io/ws": "HTTP",
  "kubernetes.io/wss": "HTTPS",
};

/** Ports whose server speaks first, which looking at the client's bytes would stall. */
const SERVER_FIRST_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/** The protocol that a name means (`http`, `GRPC`); undefined for a name that istiod does not know. */
export const protocolOfName = (name: string): Protocol | undefined => BY_NAME[name.toLowerCase()];

/**
 * The protocol of a Service port: from `appProtocol`, else from the part of its name before the
 * first dash, else found out by looking. Source: istiod's ConvertProtocol.
 */
export function servicePortProtocol(port: {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}): Protocol {
  if (port.protocol === "UDP") return "UDP";
  const known = BY_APP_PROTOCOL[port.appProtocol ?? ""];
  if (known) return known;
  const name = (port.appProtocol ?? port.name ?? "").toLowerCase();
  if (name.startsWith("grpc-web")) return "GRPC-Web";
  const found = BY_NAME[name.split("-", 1)[0] ?? ""];
  if (found) return found;
  return port.port !== undefined && SERVER_FIRST_PORTS.has(port.port) ? "TCP" : "Auto";
}

/** Whether requests of this protocol are routed by `spec.http`. */
export const isHttp = (protocol: Protocol): boolean =>
  protocol === "HTTP" ||
  protocol === "HTTP2" ||
  protocol === "GRPC" ||
  protocol === "GRPC-Web" ||
  protocol === "HTTP_PROXY";
