import { type Fault, fault } from "./fault";

/** What goes wrong in policies, Sidecars, Telemetry and EnvoyFilters. */
export const POLICY_FAULTS: readonly Fault[] = [
  fault(
    "policy-selector",
    `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: server }
spec: { selector: { matchLabels: { app: sevrer } }, rules: [{}] }
`,
    [["IST0127", "AuthorizationPolicy/server", "spec.selector.matchLabels"]],
  ),
  fault(
    "allowed-host-unknown",
    `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: server }
spec: { rules: [{ to: [{ operation: { hosts: [sevrer] } }] }] }
`,
    [["KIA0104", "AuthorizationPolicy/server", "spec.rules[0].to[0].operation.hosts[0]"]],
  ),
  fault(
    "method-unknown",
    `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: server }
spec: { rules: [{ to: [{ operation: { methods: [GTE] } }] }] }
`,
    [["KIA0102", "AuthorizationPolicy/server", "spec.rules[0].to[0].operation.methods[0]"]],
  ),
  fault(
    "principal-unknown",
    `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: server }
spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/principal-unknown/sa/nobody] } }] }] }
`,
    [["KIA0106", "AuthorizationPolicy/server", "spec.rules[0].from[0].source.principals[0]"]],
  ),
  fault(
    "caller-without-tls",
    `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: server }
spec: { selector: { matchLabels: { app: server } }, rules: [{ from: [{ source: { namespaces: [caller-without-tls] } }] }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default }
spec: { mtls: { mode: DISABLE } }
`,
    [["KIA0105", "AuthorizationPolicy/server", "spec.rules[0].from[0].source.namespaces"]],
  ),
  fault(
    "peer-policy-twice",
    `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: relaxed }
spec: { mtls: { mode: PERMISSIVE } }
`,
    [
      ["KIA0002", "PeerAuthentication/default", "spec"],
      ["KIA0002", "PeerAuthentication/relaxed", "spec"],
    ],
  ),
  fault(
    "peer-policies-overlap",
    `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: server }
spec: { selector: { matchLabels: { app: server } }, mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: old }
spec: { selector: { matchLabels: { version: v1 } }, mtls: { mode: PERMISSIVE } }
`,
    [
      ["KIA0003", "PeerAuthentication/old", "spec.selector.matchLabels"],
      ["KIA0003", "PeerAuthentication/server", "spec.selector.matchLabels"],
    ],
  ),
  fault(
    "tls-of-rule-disabled",
    `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default }
spec: { host: "*.tls-of-rule-disabled.svc.cluster.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
`,
    [["KIA0505", "PeerAuthentication/default", "spec.mtls.mode"]],
  ),
  fault(
    "telemetry-twice",
    `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: a }
spec: { metrics: [{ providers: [{ name: prometheus }] }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: b }
spec: { metrics: [{ providers: [{ name: prometheus }] }] }
`,
    [
      ["IST0160", "Telemetry/a", "metadata.name"],
      ["IST0160", "Telemetry/b", "metadata.name"],
    ],
  ),
  fault(
    "telemetry-provider",
    `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs }
spec: { accessLogging: [{ match: { mode: CLIENT } }] }
`,
    [["IST0157", "Telemetry/logs", "spec.accessLogging[0]"]],
  ),
  fault(
    "sidecar-twice",
    `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a }
spec: { egress: [{ hosts: ["./*"] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: b }
spec: { egress: [{ hosts: ["./*"] }] }
`,
    [
      ["IST0111", "Sidecar/a", "metadata.name"],
      ["IST0111", "Sidecar/b", "metadata.name"],
    ],
  ),
  fault(
    "sidecar-selector",
    `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: server }
spec: { workloadSelector: { labels: { app: sevrer } }, egress: [{ hosts: ["./*"] }] }
`,
    [["IST0101", "Sidecar/server", "spec.workloadSelector.labels"]],
  ),
  fault(
    "sidecars-overlap",
    `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a }
spec: { workloadSelector: { labels: { app: server } }, egress: [{ hosts: ["./*"] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: b }
spec: { workloadSelector: { labels: { version: v1 } }, egress: [{ hosts: ["./*"] }] }
`,
    [
      ["IST0110", "Sidecar/a", "spec.workloadSelector.labels"],
      ["IST0110", "Sidecar/b", "spec.workloadSelector.labels"],
    ],
  ),
  fault(
    "egress-unknown",
    `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default }
spec: { egress: [{ hosts: ["istio-system/*", egress-unknown/sevrer.egress-unknown.svc.cluster.local] }] }
`,
    [["KIA1004", "Sidecar/default", "spec.egress[0].hosts[1]"]],
  ),
  fault(
    "filter-relative",
    `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      match: { context: SIDECAR_INBOUND }
      patch: { operation: INSERT_BEFORE, value: { name: envoy.filters.http.lua, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua } } }
`,
    [
      ["IST0151", "EnvoyFilter/lua", "spec.configPatches[0].patch.operation"],
      ["IST0133", "EnvoyFilter/lua", "spec"],
    ],
  ),
  fault(
    "filter-add-ignored",
    `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua }
spec:
  configPatches:
    - { applyTo: HTTP_ROUTE, patch: { operation: ADD, value: { name: extra } } }
`,
    [
      ["IST0153", "EnvoyFilter/lua", "spec.configPatches[0].patch.operation"],
      ["IST0133", "EnvoyFilter/lua", "spec"],
    ],
  ),
  fault(
    "filter-replace-misused",
    `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua }
spec:
  configPatches:
    - { applyTo: CLUSTER, patch: { operation: REPLACE, value: { name: outbound } } }
`,
    [
      ["IST0152", "EnvoyFilter/lua", "spec.configPatches[0].patch.operation"],
      ["IST0133", "EnvoyFilter/lua", "spec"],
    ],
  ),
];
