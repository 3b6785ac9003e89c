import { type Fault, fault } from "./fault";

/** What goes wrong in VirtualServices. */
export const ROUTE_FAULTS: readonly Fault[] = [
  fault(
    "host-unknown",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server], http: [{ route: [{ destination: { host: sevrer } }] }] }
`,
    [["IST0101", "VirtualService/server", "spec.http[0].route[0].destination.host"]],
  ),
  fault(
    "port-unknown",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server], http: [{ route: [{ destination: { host: server, port: { number: 8888 } } }] }] }
`,
    [["IST0101", "VirtualService/server", "spec.http[0].route[0].destination.port.number"]],
  ),
  fault(
    "port-required",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [two-ports], http: [{ route: [{ destination: { host: two-ports } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: two-ports }
spec: { ports: [{ name: http, port: 80 }, { name: grpc, port: 90 }] }
`,
    [["IST0112", "VirtualService/server", "spec.http[0].route[0].destination.host"]],
  ),
  fault(
    "subset-undefined",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server], http: [{ route: [{ destination: { host: server, subset: v3 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, subsets: [{ name: v1, labels: { version: v1 } }] }
`,
    [["IST0101", "VirtualService/server", "spec.http[0].route[0].destination.subset"]],
  ),
  fault(
    "weights-short",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec:
  hosts: [server]
  http:
    - route:
        - { destination: { host: server, subset: v1 }, weight: 80 }
        - { destination: { host: server }, weight: 10 }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, subsets: [{ name: v1, labels: { version: v1 } }] }
`,
    [["QD0101", "VirtualService/server", "spec.http[0].route"]],
  ),
  fault(
    "weight-ignored",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server], http: [{ route: [{ destination: { host: server }, weight: 80 }] }] }
`,
    [["KIA1104", "VirtualService/server", "spec.http[0].route[0].weight"]],
  ),
  fault(
    "destination-twice",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec:
  hosts: [server]
  http:
    - route:
        - { destination: { host: server, subset: v1 }, weight: 80 }
        - { destination: { host: server, subset: v1 }, weight: 20 }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, subsets: [{ name: v1, labels: { version: v1 } }] }
`,
    [["KIA1105", "VirtualService/server", "spec.http[0].route[1].destination"]],
  ),
  fault(
    "route-unreachable",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec:
  hosts: [server]
  http:
    - route: [{ destination: { host: server } }]
    - name: beta
      match: [{ headers: { user: { exact: beta } } }]
      route: [{ destination: { host: server } }]
`,
    [["IST0130", "VirtualService/server", "spec.http[1]"]],
  ),
  fault(
    "match-ineffective",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec:
  hosts: [server]
  http:
    - match: [{ uri: { prefix: /api } }]
      route: [{ destination: { host: server } }]
    - match: [{ uri: { prefix: /api/v2 } }, { uri: { exact: /beta } }]
      route: [{ destination: { host: server } }]
`,
    [["IST0131", "VirtualService/server", "spec.http[1].match[0]"]],
  ),
  fault(
    "host-twice",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server], http: [{ route: [{ destination: { host: server } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server-canary }
spec: { hosts: [server.host-twice.svc.cluster.local], http: [{ route: [{ destination: { host: server } }] }] }
`,
    [
      ["IST0109", "VirtualService/server", "spec.hosts[0]"],
      ["IST0109", "VirtualService/server-canary", "spec.hosts[0]"],
    ],
  ),
  fault(
    "gateway-unknown",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [gateway-unknown.example.com], gateways: [missing], http: [{ route: [{ destination: { host: server.gateway-unknown.svc.cluster.local } }] }] }
`,
    [["IST0101", "VirtualService/server", "spec.gateways[0]"]],
  ),
  fault(
    "host-outside-gateway",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [host-outside-gateway.example.org], gateways: [public], http: [{ route: [{ destination: { host: server.host-outside-gateway.svc.cluster.local } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [host-outside-gateway.example.com] }]
`,
    [["IST0132", "VirtualService/server", "spec.gateways[0]"]],
  ),
  fault(
    "claim-unverified",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec:
  hosts: [claim-unverified.example.com]
  gateways: [public]
  http:
    - match: [{ headers: { "@request.auth.claims.group": { exact: beta } } }]
      route: [{ destination: { host: server.claim-unverified.svc.cluster.local } }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [claim-unverified.example.com] }]
`,
    [
      [
        "IST0149",
        "VirtualService/server",
        'spec.http[0].match[0].headers["@request.auth.claims.group"]',
      ],
    ],
  ),
  fault(
    "delay-deprecated",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server], http: [{ fault: { delay: { percent: 50, fixedDelay: 1s } }, route: [{ destination: { host: server } }] }] }
`,
    [["IST0002", "VirtualService/server", "spec.http[0].fault.delay.percent"]],
  ),
  fault(
    "subset-at-gateway",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server.subset-at-gateway.svc.cluster.local], http: [{ route: [{ destination: { host: server.subset-at-gateway.svc.cluster.local, subset: v1 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: server }
spec: { host: server, subsets: [{ name: v1, labels: { version: v1 } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: edge }
spec: { hosts: [subset-at-gateway.example.com], gateways: [public], http: [{ route: [{ destination: { host: server.subset-at-gateway.svc.cluster.local } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [subset-at-gateway.example.com] }]
`,
    [["IST0140", "VirtualService/edge", "spec.http[0].route[0].destination.host"]],
  ),
  fault(
    "export-unknown",
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: server }
spec: { hosts: [server], exportTo: [nowhere], http: [{ route: [{ destination: { host: server } }] }] }
`,
    [["KIA0005", "VirtualService/server", "spec.exportTo[0]"]],
  ),
];
