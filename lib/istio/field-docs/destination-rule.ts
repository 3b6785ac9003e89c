import type { FieldDocs } from "./field-docs";

/** DestinationRule. */
export const DESTINATION_RULE: FieldDocs = {
  spec: "What holds for traffic to a host once it is routed: versions, load balancing, limits, TLS.",
  "spec.host":
    "A host of the registry, or `*.` and a domain. A name without dots is completed with this object's namespace. The rule of the client's namespace wins over the service's, that over the root namespace's.",
  "spec.subsets":
    "Named parts of the endpoints, usually versions. Without traffic to a subset its policy has no effect.",
  "spec.workloadSelector":
    "Clients that the rule is for, by their labels, in its own namespace. Absent: all.",
  "subsets.name": "The name that routes use.",
  "subsets.labels": "Labels that endpoints of the subset have.",
  "subsets.trafficPolicy": "What differs for this subset; whole parts replace those of the rule.",
  trafficPolicy: "Load balancing, limits, ejection and TLS for all ports.",
  portLevelSettings:
    "What differs for single ports. It replaces the policy of all ports: fields left out are defaults, not inherited.",
  "portLevelSettings.port": "The port of the host.",
  loadBalancer: "How an endpoint is chosen. Default: LEAST_REQUEST.",
  "loadBalancer.simple":
    "`LEAST_REQUEST` the less busy of two, `ROUND_ROBIN`, `RANDOM`, `PASSTHROUGH` the address that the client asked for. `LEAST_CONN` is the older name of LEAST_REQUEST.",
  consistentHash: "Requests with the same key go to the same endpoint, as long as endpoints stay.",
  httpHeaderName: "The key is this header.",
  httpQueryParameterName: "The key is this parameter of the query.",
  useSourceIp: "`true`: the key is the client's address.",
  httpCookie: "The key is a cookie; it is set where the client has none.",
  "httpCookie.name": "Name of the cookie.",
  "httpCookie.path": "Path of the cookie.",
  "httpCookie.ttl": "How long the cookie lives; `0s` for the browser's session.",
  "httpCookie.attributes": "Further attributes of the cookie.",
  "attributes.name": "Name of the attribute, such as `SameSite`.",
  "attributes.value": "Its value.",
  minimumRingSize: "Least number of places on the ring; more give a finer share. Default 1024.",
  ringHash: "Ring hash: few keys move when endpoints change.",
  maglev: "Maglev: faster than the ring, more keys move when endpoints change.",
  "maglev.tableSize": "Size of the table, a prime. Default 65537.",
  localityLbSetting:
    "How traffic is shared between regions and zones. Overrides the mesh's setting.",
  "localityLbSetting.enabled": "`false` switches it off for this host.",
  distribute: "Fixed shares: from a locality, so much to others. Excludes `failover`.",
  "distribute.from": "Locality of the clients: `REGION/ZONE/*`.",
  "distribute.to": "Localities with their percent; they add up to 100.",
  zoneAwareLbSetting: "Keeps traffic in the client's zone as far as the zones' sizes allow.",
  "zoneAwareLbSetting.enabled": "`false` switches it off.",
  "zoneAwareLbSetting.minClusterSize": "Fewer endpoints than this: no regard for zones. Default 6.",
  warmup: "Gives new endpoints their share slowly.",
  "warmup.duration": "How long until the full share.",
  "warmup.minimumPercent": "Percent of the share at the start. Default 10.",
  "warmup.aggression": "Shape of the increase: 1 is linear, greater begins faster.",
  warmupDurationSecs: "Older form of `warmup.duration`.",
  backendUtilization: "Weights endpoints by the load that they report (ORCA).",
  errorUtilizationPenaltyPercent: "How much failed requests count against an endpoint, in percent.",
  metricNamesForComputingUtilization: "Which of the reported figures count.",
  weightExpirationPeriod: "A weight that was not renewed for this long is dropped.",
  weightStabilizationPeriod: "Time before the first report of an endpoint counts.",
  weightUpdatePeriod: "How often weights are computed.",
  outlierDetection: "Takes endpoints that fail out for a while.",
  consecutive5xxErrors:
    "An endpoint is ejected after so many 5xx in a row; failures to connect count. Default 5; 0 never.",
  consecutiveGatewayErrors:
    "As consecutive5xxErrors, counting 502, 503 and 504 only. Default: off.",
  consecutiveLocalOriginFailures:
    "As above, counting failures of the connection itself. Needs `splitExternalLocalOriginErrors`. Default 5.",
  consecutiveErrors: "Older form of consecutiveGatewayErrors.",
  splitExternalLocalOriginErrors:
    "`true` counts failures to connect apart from answers of the endpoint.",
  "outlierDetection.interval": "How often it is decided. Default 10s.",
  baseEjectionTime:
    "How long the first ejection lasts; each further one longer by as much. Default 30s.",
  maxEjectionPercent: "Most endpoints out at once, in percent. Default 10.",
  minHealthPercent:
    "Fewer healthy endpoints than this, in percent: nothing is ejected and all are used. Default 0.",
  outlierDetectionHttpErrorCodes: "Status codes that count as errors, where not all 5xx do.",
  "trafficPolicy.tls":
    "TLS from the client's proxy to the endpoints. Absent: mutual TLS where both sides can (auto mTLS).",
  "portLevelSettings.tls": "TLS to this port. Absent: mutual TLS where both sides can (auto mTLS).",
  "tls.mode":
    "`DISABLE` plain text, `SIMPLE` TLS, `MUTUAL` TLS with a client certificate of yours, `ISTIO_MUTUAL` with Istio's own.",
  clientCertificate: "File with the client's certificate, for MUTUAL.",
  "tls.sni": "Name that is asked for (SNI). Default: the host.",
  "tls.credentialName":
    "Secret with the certificates; needs a `workloadSelector`, or a gateway as client.",
  "trafficPolicy.tunnel": "Sends TCP through a proxy by CONNECT or POST.",
  "tunnel.protocol": "`CONNECT` (default) or `POST`.",
  "tunnel.targetHost": "Host that the proxy is asked to connect to.",
  "tunnel.targetPort": "Port that the proxy is asked to connect to.",
  "trafficPolicy.proxyProtocol": "Sends the PROXY protocol's header before the data.",
  "proxyProtocol.version": "`V1` text or `V2` binary.",
  "trafficPolicy.retryBudget": "Limits retries to a share of the requests under way.",
  "retryBudget.percent": "Percent of the requests that may be retries. Default 20.",
  "retryBudget.minRetryConcurrency": "So many retries at once are always allowed. Default 3.",
  "retryBudget.budgetInterval": "Time over which requests count for the budget.",
};
