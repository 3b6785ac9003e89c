import type { FieldDocs } from "./field-docs";

/** Telemetry. */
export const TELEMETRY: FieldDocs = {
  spec: "What proxies report: metrics, access logs, traces. Pod wins over namespace, namespace over mesh.",
  "spec.tracing": "Traces.",
  "spec.metrics": "Metrics.",
  "spec.accessLogging": "Access logs.",
  "tracing.match": "Which side of a call.",
  "accessLogging.match": "Which side of a call.",
  "match.mode": "`SERVER` incoming, `CLIENT` outgoing, `CLIENT_AND_SERVER` both (default).",
  providers: "Extension providers of the mesh configuration; only the first is used for traces.",
  "providers.name": "Name of the extension provider.",
  randomSamplingPercentage:
    "Percent of the requests that are traced, 0 to 100. Default: the mesh's, 1.",
  disableSpanReporting: "`true` reports no spans; context is still handed on.",
  disableContextPropagation: "`true` hands no trace context on.",
  useRequestIdForTraceSampling:
    "`false` keeps the request id from carrying the sampling decision. Default true.",
  enableIstioTags: "`false` leaves Istio's own tags out. Default true.",
  customTags: "Further tags of each span, by name.",
  literal: "A fixed value.",
  "literal.value": "The value.",
  environment: "A variable of the proxy.",
  "environment.name": "Name of the variable.",
  "environment.defaultValue": "Value where it is not set.",
  "customTags.header": "A header of the request.",
  "header.name": "Name of the header.",
  "header.defaultValue": "Value where the request has none.",
  formatter: "A text with Envoy's access-log commands in it.",
  "formatter.value": "The text, such as `%REQ(X-USER)%`.",
  "metrics.reportingInterval":
    "How often TCP metrics of open connections are reported. Default 5s.",
  "metrics.overrides": "Changes to single metrics, in order.",
  "overrides.match": "Which metrics, and which side of a call.",
  "match.metric": "One of Istio's metrics, or all.",
  "match.customMetric": "A metric of your own, by its name.",
  "overrides.disabled": "`true` does not report it.",
  tagOverrides: "Changes to its labels, by name.",
  "tagOverrides.operation": "`UPSERT` sets (default), `REMOVE` leaves it out.",
  "tagOverrides.value": "Expression (CEL) that gives the value, such as `request.host`.",
  "accessLogging.disabled": "`true` writes no log.",
  "accessLogging.filter": "Which requests are logged.",
  "filter.expression": "Expression (CEL) that must be true, such as `response.code >= 400`.",
};

/** WasmPlugin. */
export const WASM_PLUGIN: FieldDocs = {
  spec: "A WebAssembly filter in some proxies.",
  "spec.match": "Which traffic it sees; all where absent.",
  "match.mode": "`SERVER` incoming, `CLIENT` outgoing, `CLIENT_AND_SERVER` both (default).",
  "spec.type": "`HTTP` filter (default) or `NETWORK` filter.",
};

/** TrafficExtension. */
export const TRAFFIC_EXTENSION: FieldDocs = {
  spec: "A filter of your own in some proxies: WebAssembly or Lua.",
  "spec.match": "Which traffic it sees; all where absent.",
  "match.mode": "`SERVER` incoming, `CLIENT` outgoing, `CLIENT_AND_SERVER` both (default).",
  "spec.wasm": "A WebAssembly module. Excludes `lua`.",
  "spec.lua": "A Lua script. Excludes `wasm`.",
  "lua.inlineCode": "The script, with `envoy_on_request` and `envoy_on_response`.",
  "wasm.type": "`HTTP` filter (default) or `NETWORK` filter.",
};

/** ProxyConfig. */
export const PROXY_CONFIG: FieldDocs = {
  spec: "Settings of proxies that need a restart of the pod. Pod wins over namespace, namespace over mesh.",
  "spec.concurrency": "Worker threads of Envoy; 0 for one each core.",
  "spec.environmentVariables": "Further environment variables of the proxy.",
  "spec.image": "Which image of the proxy.",
  "image.imageType": "`default`, `debug` or `distroless`.",
};

/** EnvoyFilter. */
export const ENVOY_FILTER: FieldDocs = {
  spec: "Patches Envoy's configuration itself. It follows no promise of compatibility: test it with each upgrade.",
  "spec.priority": "Order among EnvoyFilters; smaller is applied first. Default 0.",
  "spec.configPatches": "The patches, in order.",
  applyTo: "Which part of the configuration is patched.",
  "configPatches.match": "Which of those parts. Absent: all.",
  "match.context":
    "`SIDECAR_INBOUND`, `SIDECAR_OUTBOUND`, `GATEWAY`, `WAYPOINT`, or `ANY` (default).",
  "match.proxy": "Which proxies.",
  proxyVersion: "Expression (RE2) for the version of the proxy, such as `^1\\.30.*`.",
  "proxy.metadata": "Metadata that the proxy must have.",
  "match.listener": "Which listeners.",
  "listener.name": "Name of the listener.",
  "listener.portNumber": "Port it listens on, or the Service's port for sidecars' outgoing ones.",
  "listener.portName": "Not used.",
  "listener.listenerFilter": "Name of a listener filter.",
  "listener.filterChain": "Which filter chain of it.",
  "filterChain.name": "Name of the chain.",
  "filterChain.sni": "Name that the chain matches (SNI).",
  "filterChain.transportProtocol": "`raw_buffer` or `tls`.",
  "filterChain.applicationProtocols": "ALPN protocols that the chain matches, comma separated.",
  "filterChain.destinationPort": "Port that the chain matches.",
  "filterChain.transportSocket": "Name of the chain's transport socket.",
  "filterChain.filter": "Which network filter of it.",
  "filter.name": "Name of the filter, such as `envoy.filters.network.http_connection_manager`.",
  "filter.subFilter": "Which HTTP filter in it.",
  "subFilter.name": "Name of the HTTP filter, such as `envoy.filters.http.router`.",
  "match.routeConfiguration": "Which route configuration.",
  "routeConfiguration.name": "Name of the route configuration, such as `http.8080`.",
  "routeConfiguration.portNumber": "Port it is for.",
  "routeConfiguration.portName": "Name of the gateway's port it is for.",
  "routeConfiguration.gateway": "`NAMESPACE/NAME` of the Gateway it is for.",
  "routeConfiguration.vhost": "Which virtual host in it.",
  "vhost.name": "Name of the virtual host: `HOST:PORT`.",
  "vhost.domainName": "A domain of the virtual host.",
  "vhost.route": "Which route in it.",
  "route.name": "Name of the route, as the VirtualService calls it.",
  "route.action": "What the route does: `ROUTE`, `REDIRECT`, `DIRECT_RESPONSE`, or `ANY`.",
  "match.cluster": "Which clusters.",
  "cluster.name": "Name of the cluster, such as `outbound|80||host`.",
  "cluster.service": "Full name of the service it is for.",
  "cluster.subset": "Subset it is for.",
  "cluster.portNumber": "Port of the service it is for.",
  "match.waypoint": "Which part of a waypoint.",
  "waypoint.portNumber": "Port of the service.",
  "waypoint.filter": "Which network filter.",
  "waypoint.route": "Which route.",
  "configPatches.patch": "What is done.",
  "patch.operation":
    "`MERGE` lays it over, `ADD` appends, `REMOVE`, `REPLACE`, `INSERT_FIRST`, `INSERT_BEFORE`, `INSERT_AFTER` a filter that is matched, `MERGE_AND_REPLACE_LIST` merges and replaces lists.",
  "patch.value": "The piece of Envoy's configuration, as JSON of its protobuf.",
  "patch.filterClass": "Where an added filter goes: before `AUTHN`, `AUTHZ` or `STATS`.",
};
