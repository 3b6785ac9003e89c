import { type Fault, fault } from "./fault";

/** What goes wrong in DestinationRules and ServiceEntries. */
export const DESTINATION_FAULTS: readonly Fault[] = [
  fault(
    "rule-host-unknown",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: sevrer }
`,
    [["IST0174", "DestinationRule/server", "spec.host"]],
  ),
  fault(
    "subset-without-pods",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }
`,
    [["IST0173", "DestinationRule/server", "spec.subsets[1].labels"]],
  ),
  fault(
    "subset-without-labels",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, subsets: [{ name: all }] }
`,
    [["KIA0209", "DestinationRule/server", "spec.subsets[0].name"]],
  ),
  fault(
    "rules-conflict",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, subsets: [{ name: v1, labels: { version: v1 } }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server-old }
spec: { host: server.rules-conflict.svc.cluster.local, subsets: [{ name: v1, labels: { app: server } }] }
`,
    [
      ["KIA0201", "DestinationRule/server", "spec.host"],
      ["KIA0201", "DestinationRule/server-old", "spec.host"],
    ],
  ),
  fault(
    "authority-missing",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: authority-missing.example.net, trafficPolicy: { tls: { mode: SIMPLE } } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner }
spec: { hosts: [authority-missing.example.net], location: MESH_EXTERNAL, resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP, targetPort: 443 }] }
`,
    [["IST0128", "DestinationRule/server", "spec.trafficPolicy.tls.mode"]],
  ),
  fault(
    "port-authority-missing",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: port-authority-missing.example.net, trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: SIMPLE } }] } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner }
spec: { hosts: [port-authority-missing.example.net], location: MESH_EXTERNAL, resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP, targetPort: 443 }] }
`,
    [["IST0129", "DestinationRule/server", "spec.trafficPolicy.portLevelSettings[0].tls.mode"]],
  ),
  fault(
    "tls-disabled-for-strict",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default }
spec: { host: "*.tls-disabled-for-strict.svc.cluster.local", trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default }
spec: { mtls: { mode: STRICT } }
`,
    [["KIA0207", "DestinationRule/default", "spec.trafficPolicy.tls.mode"]],
  ),
  fault(
    "ring-size-replaced",
    `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: user, minimumRingSize: 10 } } } }
`,
    [
      [
        "IST0133",
        "DestinationRule/server",
        "spec.trafficPolicy.loadBalancer.consistentHash.minimumRingSize",
      ],
    ],
  ),
  fault(
    "entry-without-address",
    `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: database }
spec: { hosts: [entry-without-address.example.net], resolution: DNS, ports: [{ number: 5432, name: tcp, protocol: TCP }] }
`,
    [["IST0134", "ServiceEntry/database", "spec.ports[0].number"]],
  ),
  fault(
    "entry-twice",
    `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner }
spec: { hosts: [entry-twice.example.net], resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner-again }
spec: { hosts: [entry-twice.example.net], resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP }] }
`,
    [
      ["KIA1211", "ServiceEntry/partner", "spec.hosts[0]"],
      ["KIA1211", "ServiceEntry/partner-again", "spec.hosts[0]"],
    ],
  ),
];
