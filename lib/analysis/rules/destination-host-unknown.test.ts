import { expect, test } from "vitest";
import { reported } from "../testing";
import { rule } from "./destination-host-unknown";

const service = (name: string, annotations = "") =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop${annotations}}\nspec: {ports: [{port: 80}]}`;
const entry = (host: string, spec = "") =>
  `apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e, namespace: edge}\nspec: {hosts: ["${host}"]${spec}}`;
const route = (host: string, namespace = "shop") =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: vs, namespace: ${namespace}}\nspec: {http: [{route: [{destination: {host: "${host}"}}]}]}`;

const hosts = (...objects: string[]) =>
  reported(rule, ...objects).map((line) => /declares ([^;]+);/.exec(line)?.[1]);

test.each<[string, string[], string[]]>([
  ["a short host in its own namespace", [service("reviews"), route("reviews")], []],
  ["the full name", [service("reviews"), route("reviews.shop.svc.cluster.local", "other")], []],
  [
    "a short host of another namespace",
    [service("reviews"), route("reviews", "other")],
    ["reviews.other.svc.cluster.local"],
  ],
  [
    "a dotted name, which istiod never completes",
    [service("reviews"), route("reviews.shop")],
    ["reviews.shop"],
  ],
  ["a ServiceEntry's host", [entry("api.example.com"), route("api.example.com")], []],
  ["a wildcard of a ServiceEntry", [entry("*.example.com"), route("api.example.com")], []],
  [
    "what only ends like a wildcard",
    [entry("*.example.com"), route("notexample.com")],
    ["notexample.com"],
  ],
  ["the wildcard itself", [entry("*.example.com"), route("*.example.com")], []],
  [
    "a ServiceEntry that is kept private",
    [entry("api.example.com", ", exportTo: [.]"), route("api.example.com")],
    ["api.example.com"],
  ],
  [
    "a ServiceEntry exported to us",
    [entry("api.example.com", ", exportTo: [shop]"), route("api.example.com")],
    [],
  ],
  [
    "a Service that is exported to nobody",
    [service("reviews", ', annotations: {networking.istio.io/exportTo: "~"}'), route("reviews")],
    ["reviews.shop.svc.cluster.local"],
  ],
  [
    "a route that is used only where the host is not visible",
    [
      service("reviews", ', annotations: {networking.istio.io/exportTo: "."}'),
      route("reviews").replace("spec: {", "spec: {exportTo: [other], "),
    ],
    ["reviews.shop.svc.cluster.local"],
  ],
])("%s", (_, objects, expected) => {
  expect(hosts(...objects)).toEqual(expected);
});

test("mirrors, TLS and TCP routes are looked at, with the share of requests", () => {
  const vs = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: shop}
spec:
  http:
  - route: [{destination: {host: reviews}, weight: 3}, {destination: {host: gone}, weight: 1}]
    mirror: {host: mirror-gone}
    mirrors: [{destination: {host: mirrors-gone}}]
  tls: [{route: [{destination: {host: tls-gone}}]}]
  tcp: [{route: [{destination: {host: tcp-gone}}]}]`;
  expect(reported(rule, service("reviews"), vs)).toEqual([
    "VirtualService vs spec.http[0].mirror.host: No Service or ServiceEntry declares mirror-gone.shop.svc.cluster.local; mirrored requests would get 503.",
    "VirtualService vs spec.http[0].mirrors[0].destination.host: No Service or ServiceEntry declares mirrors-gone.shop.svc.cluster.local; mirrored requests would get 503.",
    "VirtualService vs spec.http[0].route[1].destination.host: No Service or ServiceEntry declares gone.shop.svc.cluster.local; 25 % of this route's requests would get 503.",
    "VirtualService vs spec.tcp[0].route[0].destination.host: No Service or ServiceEntry declares tcp-gone.shop.svc.cluster.local; requests of this route would get 503.",
    "VirtualService vs spec.tls[0].route[0].destination.host: No Service or ServiceEntry declares tls-gone.shop.svc.cluster.local; requests of this route would get 503.",
  ]);
});
