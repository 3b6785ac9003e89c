import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./destination-port-unknown";

const service =
  "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\nspec: {ports: [{port: 80}, {port: 81}]}";
const portless =
  "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e, namespace: shop}\nspec: {hosts: [x.com]}";
const route = (destination: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: vs, namespace: shop}\nspec: {http: [{route: [{destination: ${destination}}]}]}`;

test.each([
  ["a declared port", "{host: a, port: {number: 81}}", 0],
  ["another port", "{host: a, port: {number: 82}}", 1],
  ["no port", "{host: a}", 0],
  ["an unknown host, which is another rule's", "{host: b, port: {number: 82}}", 0],
  ["a host that declares no ports", "{host: x.com, port: {number: 82}}", 0],
])("%s", (_, destination, count) => {
  expect(reported(rule, service, portless, route(destination))).toHaveLength(count);
});
