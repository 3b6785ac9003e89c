import type { FieldDocs } from "./field-docs";

/** Fields that mean the same wherever they stand. */
export const COMMON: FieldDocs = {
  spec: "What is wanted.",
  exportTo:
    "Namespaces that see this object: `.` its own, `*` all, or names. Absent: the mesh's default, which is all unless set otherwise.",
  exact: "The value must be this, letter by letter; case counts.",
  prefix: "The value must begin with this.",
  regex: "The whole value must match this expression (RE2 syntax).",
  selector:
    "Pods it is for, by their labels. Absent: all of the namespace, or of the mesh in the root namespace.",
  "selector.matchLabels": "Labels that a pod must have, all of them.",
  workloadSelector: "Pods it is for, by their labels. Absent: all of the namespace.",
  "workloadSelector.labels": "Labels that a pod must have, all of them.",
  "workloadSelector.matchLabels": "Labels that a pod must have, all of them.",
  targetRef: "The one gateway or service it is for. Use `targetRefs` in new configuration.",
  targetRefs:
    "Gateways, GatewayClasses, Services or ServiceEntries it is for, in the same namespace; for waypoints and Gateway API gateways. Excludes `selector`.",
  "targetRef.group": "API group of the target; empty for a Service.",
  "targetRef.kind": "Kind of the target, such as `Gateway` or `Service`.",
  "targetRef.name": "Name of the target.",
  "targetRef.namespace": "Must be the object's own namespace; leave it out.",
  "targetRefs.group": "API group of the target; empty for a Service.",
  "targetRefs.kind": "Kind of the target, such as `Gateway` or `Service`.",
  "targetRefs.name": "Name of the target.",
  "targetRefs.namespace": "Must be the object's own namespace; leave it out.",
  "destination.host":
    "A host of the registry: a Service or a ServiceEntry. A name without dots is completed with this object's namespace, so write the full name.",
  "destination.subset":
    "A subset that a DestinationRule of the host defines; without one: 503, flag NC.",
  "destination.port": "Which port of the host. May be left out where the host has only one.",
  "port.number": "Port number, 1 to 65535.",
  "percentage.value": "Percent of the requests, 0 to 100; fractions such as 0.1 are allowed.",
  sourceLabels: "Only for clients with these labels. Ignored at gateways.",
  sourceNamespace: "Only for clients in this namespace.",
  "port.name": "Name of the port; its beginning tells the protocol where `protocol` does not.",
  "port.protocol": "HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP or TLS.",
  "port.targetPort": "Port of the endpoints where it differs from `number`.",
  subjectAltNames: "Names one of which the other side's certificate must carry.",
  caCertificates:
    "File with the certificates of authorities that the other side is checked against.",
  caCrl: "File with the list of revoked certificates.",
  privateKey: "File with the private key that belongs to the certificate.",
  credentialName: "Secret with key and certificate. For gateways, in the gateway's own namespace.",
  insecureSkipVerify: "`true` accepts any certificate of the other side. For tests only.",
  failover: "Where traffic goes when a region has no healthy endpoints. Needs outlier detection.",
  "failover.from": "Region that fails.",
  "failover.to": "Region that takes over.",
  failoverPriority:
    "Labels by which endpoints are ranked: those that share more of them, in order, with the client come first.",
  connectionPool:
    "Limits on connections and requests: the circuit breaker. Over a limit: 503, flag UO.",
  "connectionPool.tcp": "Limits on connections, for HTTP and TCP alike.",
  "connectionPool.http": "Limits on HTTP requests.",
  maxConnections:
    "Most connections to the host at once, for each proxy. Default: no limit (2³²−1).",
  connectTimeout: "How long to wait for a connection, such as `500ms`. Default 10s.",
  maxConnectionDuration: "A connection is closed after this long.",
  tcpKeepalive: "TCP keep-alive probes on idle connections.",
  "tcpKeepalive.probes":
    "Probes without answer after which the connection is dead. Default: the system's, 9 on Linux.",
  "tcpKeepalive.time":
    "How long a connection is idle before the first probe. Default: the system's, 2 h on Linux.",
  "tcpKeepalive.interval": "Time between two probes. Default: the system's, 75 s on Linux.",
  "tcp.idleTimeout": "An idle connection is closed after this long. Default 1h; `0s` never.",
  "http.idleTimeout": "A connection without requests is closed after this long. Default 1h.",
  http1MaxPendingRequests: "Most requests that wait for a connection. Default 2³²−1.",
  http2MaxRequests: "Most requests under way at once, for HTTP/1.1 too. Default 2³²−1.",
  maxRequestsPerConnection:
    "A connection is closed after this many requests; 1 switches keep-alive off. Default: no limit.",
  maxRetries: "Most retries under way at once over all endpoints. Default 2³²−1.",
  h2UpgradePolicy:
    "Whether HTTP/1.1 is sent on as HTTP/2: `DEFAULT` as the mesh says, `UPGRADE`, `DO_NOT_UPGRADE`.",
  useClientProtocol:
    "`true` keeps the client's HTTP version. Then `h2UpgradePolicy` has no effect.",
  maxConcurrentStreams: "Most streams at once on one HTTP/2 connection. Default 2³¹−1.",
  http2KeepAlive: "HTTP/2 pings that find dead connections.",
  "http2KeepAlive.interval": "Time between two pings.",
  "http2KeepAlive.timeout": "A ping without answer for this long ends the connection.",
  defaultEndpoint:
    "Where the traffic is sent: `127.0.0.1:PORT`, `0.0.0.0:PORT` for the pod's address, or `unix:///PATH`.",
  bind: "Address that is listened on, or `unix:///PATH`. Leave it out for the usual one.",
  captureMode:
    "How traffic reaches the listener: `DEFAULT` as the mesh does, `IPTABLES`, or `NONE` where the application is told the port.",
  phase:
    "Where in the filter chain it runs: before `AUTHN`, before `AUTHZ`, before `STATS`; absent: at the end, before the router.",
  priority: "Order among those of one phase; greater runs first.",
  failStrategy:
    "When the plugin cannot be loaded or fails: `FAIL_CLOSE` refuses requests, `FAIL_OPEN` lets them pass, `FAIL_RELOAD` loads it anew.",
  imagePullPolicy:
    "When the image is fetched again: `IfNotPresent`, or `Always` when the object changes.",
  imagePullSecret: "Secret of the same namespace with the registry's credentials.",
  pluginConfig: "Handed to the plugin as it is, as JSON.",
  pluginName: "Name that the plugin is given, for plugins that hold several.",
  sha256: "Checksum of the module or image; what does not match is refused.",
  url: "`oci://IMAGE`, `https://…` or `file:///…` of the module. Without a scheme: `oci://`.",
  verificationKey: "Public key that signed the module. Not used yet by Istio.",
  vmConfig: "Settings of the machine that runs the module.",
  "vmConfig.env": "Environment variables of the module.",
  "env.name": "Name of the variable.",
  "env.value": "Its value, with `valueFrom: INLINE`.",
  "env.valueFrom": "`INLINE` takes `value`; `HOST` takes the proxy's own variable of this name.",
  "match.ports": "Ports of the pod that the requests come in or go out by; all where absent.",
  "ports.number": "Port number, 1 to 65535.",
};
