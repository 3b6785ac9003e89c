import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./port-name-unconventional";

const service = (port: string, metadata = "") =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop${metadata}}\nspec: {ports: [${port}]}`;

test.each([
  ["http", "{name: http, port: 80}", 0],
  ["a suffix", "{name: grpc-web-api, port: 80}", 0],
  ["upper case", "{name: HTTP2-x, port: 80}", 0],
  ["no dash before the suffix", "{name: httpapi, port: 80}", 1],
  ["another word", "{name: api, port: 80}", 1],
  ["no name", "{port: 80}", 1],
  ["UDP", "{name: dns, port: 53, protocol: UDP}", 0],
  ["a well-known port", "{name: db, port: 3306}", 0],
  ["appProtocol", "{name: api, port: 80, appProtocol: http}", 0],
  ["an appProtocol of Kubernetes", "{name: api, port: 80, appProtocol: kubernetes.io/h2c}", 0],
  [
    "an unknown appProtocol overrides a good name",
    "{name: http, port: 80, appProtocol: custom}",
    1,
  ],
])("%s", (_, port, count) => {
  expect(reported(rule, service(port))).toHaveLength(count);
});

test("istiod's own services and generated gateways are left alone", () => {
  const port = "{name: status-port, port: 15021}";
  expect(reported(rule, service(port, ", labels: {istio: pilot}"))).toEqual([]);
  expect(
    reported(
      rule,
      service(port, ", labels: {gateway.istio.io/managed: istio.io-gateway-controller}"),
    ),
  ).toEqual([]);
  expect(reported(rule, service(port))).toHaveLength(1);
});
