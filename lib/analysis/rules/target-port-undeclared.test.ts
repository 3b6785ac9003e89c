import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./target-port-undeclared";

const service = (ports: string, more = "") =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: shop${more}}\nspec: {selector: {app: reviews}, ports: [${ports}]}`;
const deployment = (containers: string, name = "reviews") =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: shop}\nspec: {template: {metadata: {labels: {app: reviews}}, spec: ${containers}}}`;
const HTTP = "{containers: [{name: a, ports: [{name: http, containerPort: 9080}]}]}";

test.each<[string, string, string]>([
  ["a number", "{port: 80, targetPort: 9080}", deployment(HTTP)],
  ["a name", "{port: 80, targetPort: http}", deployment(HTTP)],
  ["no target port, and the port itself", "{port: 9080}", deployment(HTTP)],
  ["target port 0, and the port itself", "{port: 9080, targetPort: 0}", deployment(HTTP)],
  [
    "a port of a native sidecar",
    "{port: 80, targetPort: 9999}",
    deployment(
      "{containers: [{ports: [{containerPort: 1}]}], initContainers: [{restartPolicy: Always, ports: [{containerPort: 9999}]}]}",
    ),
  ],
  [
    "pods that declare nothing",
    "{port: 80, targetPort: 1}",
    deployment("{containers: [{name: a}]}"),
  ],
  [
    "one of two workloads that declares it",
    "{port: 80, targetPort: 7}",
    `${deployment(HTTP)}\n---\n${deployment("{containers: [{ports: [{containerPort: 7}]}]}", "other")}`,
  ],
  ["no workload", "{port: 80, targetPort: 1}", "# nothing"],
])("%s is declared, or not known", (_, ports, workload) => {
  expect(reported(rule, service(ports), workload)).toEqual([]);
});

test("tells the ports that no workload declares, each at its place", () => {
  expect(
    reported(
      rule,
      service("{port: 9080}, {port: 81}, {port: 80, targetPort: web}"),
      deployment(HTTP),
    ),
  ).toEqual([
    "Service reviews spec.ports[1]: No container of this Service's pods declares port 81.",
    "Service reviews spec.ports[2].targetPort: No container of this Service's pods has a port called web; the port has no endpoint.",
  ]);
});

test("passes over what istiod makes for gateways", () => {
  const managed = ", labels: {gateway.istio.io/managed: istio.io-gateway-controller}";
  expect(reported(rule, service("{port: 15021}", managed), deployment(HTTP))).toEqual([]);
});
