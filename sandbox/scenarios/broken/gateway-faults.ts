import { type Fault, fault } from "./fault";

/** What goes wrong at gateways, and in routes of the Gateway API. */
export const GATEWAY_FAULTS: readonly Fault[] = [
  fault(
    "gateway-selector",
    `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec: { selector: { istio: nobody }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [gateway-selector.example.com] }] }
`,
    [["IST0101", "Gateway/public", "spec.selector"]],
  ),
  fault(
    "gateways-conflict",
    `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [gateways-conflict.example.com] }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public-again }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [gateways-conflict.example.com] }]
`,
    [
      ["IST0145", "Gateway/public", "spec.servers[0].hosts[0]"],
      ["IST0145", "Gateway/public-again", "spec.servers[0].hosts[0]"],
    ],
  ),
  fault(
    "certificate-invalid",
    `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 80, name: https, protocol: HTTPS }
      hosts: [certificate-invalid.example.com]
      tls: { mode: SIMPLE, credentialName: certificate-invalid }
---
apiVersion: v1
kind: Secret
metadata: { name: certificate-invalid, namespace: istio-ingress }
type: kubernetes.io/tls
data: { tls.crt: bm90IGEgY2VydGlmaWNhdGU=, tls.key: bm90IGEga2V5 }
`,
    [["IST0161", "Gateway/public", "spec.servers[0].tls.credentialName"]],
  ),
  fault(
    "gateway-port-unserved",
    `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: 9999, name: http, protocol: HTTP }, hosts: [gateway-port-unserved.example.com] }] }
`,
    [["IST0162", "Gateway/public", "spec.servers[0].port.number"]],
  ),
  fault(
    "gateway-class-unknown",
    `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec: { gatewayClassName: isito, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`,
    [["KIA1504", "Gateway/edge", "spec.gatewayClassName"]],
  ),
  fault(
    "parent-unknown",
    `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: server }
spec: { parentRefs: [{ name: missing }], rules: [{ backendRefs: [{ name: server, port: 80 }] }] }
`,
    [["KIA1401", "HTTPRoute/server", "spec.parentRefs[0].name"]],
  ),
  fault(
    "backend-unknown",
    `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: server }
spec: { parentRefs: [{ group: "", kind: Service, name: server }], rules: [{ backendRefs: [{ name: sevrer, port: 80 }] }] }
`,
    [["KIA1402", "HTTPRoute/server", "spec.rules[0].backendRefs[0].name"]],
  ),
  fault(
    "grant-unknown",
    `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: server }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: nowhere }], to: [{ group: "", kind: Service }] }
`,
    [["KIA1601", "ReferenceGrant/server", "spec.from[0].namespace"]],
  ),
];
