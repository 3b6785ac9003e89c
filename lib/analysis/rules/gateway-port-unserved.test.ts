import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./gateway-port-unserved";

const POD =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: edge-1, namespace: edge, labels: {istio: edge, app: edge}}";
const gateway = (port: number, selector = "{istio: edge}") =>
  `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {selector: ${selector}, servers: [{port: {number: ${port}}, hosts: [x.com]}]}`;
const service = (port: string, selector = "{istio: edge}", namespace = "edge") =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: edge, namespace: ${namespace}}\nspec: {selector: ${selector}, ports: [{${port}}]}`;
const TCP = "protocol: TCP";

test.each<[string, string]>([
  ["the Service's port", service(`port: 8080, ${TCP}`)],
  ["its port, where the pods' is another one", service(`port: 8080, targetPort: 15000, ${TCP}`)],
  ["the pods' port", service(`port: 80, targetPort: 8080, ${TCP}`)],
  ["the pods' port as a text", service(`port: 80, targetPort: "8080", ${TCP}`)],
  [
    "a Service that selects by two labels",
    service(`port: 8080, ${TCP}`, "{app: edge, istio: edge}"),
  ],
  ["a Service without selector", service(`port: 8080, ${TCP}`, "{}")],
])("%s serves a gateway's port", (_, served) => {
  expect(reported(rule, POD, gateway(8080), served)).toEqual([]);
});

test.each<[string, string]>([
  ["another port", service(`port: 80, targetPort: 8081, ${TCP}`)],
  ["a named port of the pods", service(`port: 80, targetPort: http, ${TCP}`)],
  ["a port of UDP", service("port: 8080, protocol: UDP")],
  ["a port whose protocol is not written", service("port: 8080")],
  ["a Service of other pods", service(`port: 8080, ${TCP}`, "{istio: edge, app: other}")],
  ["a Service of another namespace", service(`port: 8080, ${TCP}`, "{istio: edge}", "shop")],
])("%s does not", (_, unserved) => {
  expect(reported(rule, POD, gateway(8080), unserved)).toEqual([
    "Gateway edge spec.servers[0].port.number: No Service of the pods istio=edge leads to port 8080.",
  ]);
});

test("without pods nothing is known of ports", () => {
  expect(reported(rule, gateway(8080), service(`port: 80, ${TCP}`))).toEqual([]);
});

test("a Gateway without selector is of all pods", () => {
  expect(reported(rule, POD, gateway(8080, "{}"), service(`port: 80, ${TCP}`))).toEqual([
    "Gateway edge spec.servers[0].port.number: No Service of the pods of the mesh leads to port 8080.",
  ]);
});
