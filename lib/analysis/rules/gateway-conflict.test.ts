import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./gateway-conflict";

const gateway = (name: string, selector: string, server: string, namespace = "shop") =>
  `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {selector: ${selector}, servers: [${server}]}`;
const POD =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: edge, labels: {istio: ingress, tier: public}}";
const on80 = (host: string, extra = "") => `{port: {number: 80}, hosts: ["${host}"]${extra}}`;

test.each<[string, string, string, number]>([
  [
    "the same host and port",
    gateway("a", "{istio: ingress}", on80("x.com")),
    gateway("b", "{istio: ingress}", on80("x.com")),
    2,
  ],
  [
    "another host",
    gateway("a", "{istio: ingress}", on80("x.com")),
    gateway("b", "{istio: ingress}", on80("y.com")),
    0,
  ],
  [
    "another bind",
    gateway("a", "{istio: ingress}", on80("x.com", ", bind: 10.0.0.1")),
    gateway("b", "{istio: ingress}", on80("x.com")),
    0,
  ],
  [
    "*/host is host",
    gateway("a", "{istio: ingress}", on80("*/x.com")),
    gateway("b", "{istio: ingress}", on80("x.com")),
    2,
  ],
  [
    "./host of two namespaces",
    gateway("a", "{istio: ingress}", on80("./x.com")),
    gateway("b", "{istio: ingress}", on80("./x.com"), "other"),
    0,
  ],
  [
    "a narrower selector with a pod of both",
    gateway("a", "{istio: ingress}", on80("x.com")),
    gateway("b", "{istio: ingress, tier: public}", on80("x.com")),
    2,
  ],
  [
    "selectors that no pod shares",
    gateway("a", "{istio: ingress}", on80("x.com")),
    gateway("b", "{istio: egress}", on80("x.com")),
    0,
  ],
  [
    "an empty selector takes all",
    gateway("a", "{}", on80("x.com")),
    gateway("b", "{istio: ingress}", on80("x.com")),
    2,
  ],
])("%s", (_, a, b, count) => {
  expect(reported(rule, POD, a, b)).toHaveLength(count);
});
