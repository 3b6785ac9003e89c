import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { aMesh, anObject, aPod, aService, aSlice } from "@/lib/mesh/testing";
import { meshGauges } from "./mesh-gauges";
import { pushStatus } from "./push-status";

const pod = aPod("shop/reviews-v1", { ip: "10.0.0.1" });
const HOST = "reviews.shop.svc.cluster.local";
const rule = (name: string, ...subsets: readonly string[]) =>
  anObject("DestinationRule", `shop/${name}`, {
    host: "reviews",
    subsets: subsets.map((version) => ({ name: version, labels: { version } })),
  });
const external = (name: string, more: object = {}) =>
  anObject("ServiceEntry", `shop/${name}`, {
    hosts: [`${name}.test`],
    ports: [{ number: 7000, name: "tcp", protocol: "TCP" }],
    resolution: "NONE",
    ...more,
  });
const virtualService = (name: string, host: string) =>
  anObject("VirtualService", `shop/${name}`, { hosts: [host], http: [{ directResponse: {} }] });

const meshOf = (...objects: readonly KubeObject[]) =>
  aMesh(pod, aService("shop/reviews"), aSlice("shop/reviews", [pod]), ...objects);

test("a mesh without faults has none", () =>
  expect(pushStatus(meshOf(rule("a", "v1"), virtualService("a", "reviews")))).toEqual({}));

test.each<[string, readonly KubeObject[], string]>([
  [
    "pilot_vservice_dup_domain",
    [virtualService("a", "reviews"), virtualService("b", HOST)],
    `${HOST}:9080`,
  ],
  ["pilot_vservice_dup_domain", [virtualService("a", "x.y"), virtualService("b", "x.y")], "x.y:80"],
  ["pilot_destrule_subsets", [rule("a", "v1"), rule("b", "v1", "v2")], HOST],
  ["pilot_duplicate_envoy_clusters", [rule("a", "v1", "v1")], `outbound|9080|v1|${HOST}`],
  [
    "pilot_eds_no_instances",
    [aService("shop/nobody")],
    "outbound|9080||nobody.shop.svc.cluster.local",
  ],
  [
    "pilot_dns_cluster_without_endpoints",
    [external("w", { resolution: "DNS", workloadSelector: { labels: { app: "none" } } })],
    "outbound|7000||w.test",
  ],
  [
    "endpoint_no_pod",
    [aService("shop/gone"), aSlice("shop/gone", [aPod("shop/gone-v1", { ip: "10.0.0.7" })])],
    "gone.shop.svc.cluster.local",
  ],
  [
    "pilot_conflict_inbound_listener",
    [
      anObject("Service", "shop/same", {
        selector: { app: "reviews" },
        clusterIP: "10.96.3.3",
        ports: [{ name: "tcp", port: 1, targetPort: 9080 }],
      }),
      aSlice("shop/same", [pod]),
    ],
    "sidecar~10.0.0.1~reviews-v1.shop~shop.svc.cluster.local",
  ],
  [
    "pilot_conflict_outbound_listener_tcp_over_current_tcp",
    [external("a"), external("b")],
    "0.0.0.0:7000",
  ],
])("%s", (metric, objects, key) => {
  const mesh = meshOf(...objects);
  expect(Object.keys(pushStatus(mesh)[metric] ?? {})).toEqual([key]);
  expect(mesh.derive(meshGauges).faulty[metric]).toBe(1);
});
