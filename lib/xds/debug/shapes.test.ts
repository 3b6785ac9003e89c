import { describe, expect, test } from "vitest";
import { debugTable } from "./shapes";
import { genericTable } from "./table";

describe("debugTable", () => {
  test("an endpoint of each shard is a row; a shard without any is one too", () => {
    const endpoint = {
      Addresses: ["10.0.0.1", "fd00::1"],
      EndpointPort: 9080,
      WorkloadName: "reviews-v1",
      HealthStatus: 2,
      Locality: { Label: "r1/a", ClusterID: "c" },
    };
    const { rows } = debugTable("endpointShardz", {
      "reviews.shop.svc.cluster.local": {
        shop: { Shards: { "Kubernetes/east": [endpoint], "Kubernetes/west": [] } },
      },
    });
    expect(rows.map((row) => row.slice(2))).toEqual([
      ["Kubernetes/east", "10.0.0.1:9080, fd00::1:9080", "reviews-v1", "unhealthy", "r1/a"],
      ["Kubernetes/west", "none", "", "", ""],
    ]);
  });

  test("what a push found wrong", () => {
    const event = { proxy: "a.shop", message: "twice" };
    expect(
      debugTable("push_status", { pilot_vservice_dup_domain: { "x:80": event } }).rows,
    ).toEqual([["pilot_vservice_dup_domain", "x:80", "a.shop", "twice"]]);
  });

  test("connections with what they watch, by istioctl's short names", () => {
    const watches = {
      "type.googleapis.com/envoy.config.cluster.v3.Cluster": [],
      "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret": ["ROOTCA", "default"],
    };
    const client = {
      connectionId: "a.shop-1",
      address: "10.0.0.1:5",
      connectedAt: "then",
      watches,
    };
    expect(debugTable("adsz", { totalClients: 1, clients: [client] }).rows).toEqual([
      ["a.shop-1", "10.0.0.1:5", "then", "CDS 0, SDS 2"],
    ]);
  });

  test.each([
    "syncz",
    "adsz",
    "registryz",
    "endpointShardz",
    "configz",
    "instancesz",
    "config_dump",
  ])("%s in a shape that is not known is shown field by field", (page) => {
    expect(debugTable(page, "what?")).toEqual({
      columns: ["Field", "Value"],
      rows: [["–", "what?"]],
    });
  });
});

test("a dump of istiod that is limited to some types holds resources in no section", () => {
  const at = (type: string) => `type.googleapis.com/envoy.config.${type}`;
  const configs = [
    { "@type": at("cluster.v3.Cluster"), name: "outbound|80||a", transportSocketMatches: [{}] },
    { "@type": at("endpoint.v3.ClusterLoadAssignment"), clusterName: "outbound|80||a" },
  ];
  expect(debugTable("config_dump", { configs }).rows).toEqual([
    ["Cluster", "", "outbound|80||a"],
    ["ClusterLoadAssignment", "", "outbound|80||a"],
  ]);
});

describe("genericTable", () => {
  test("a list of objects has a column for each field that any of them has", () => {
    expect(
      genericTable([
        { id: "a", n: [1, 2] },
        { id: "b", more: { x: 1 } },
      ]),
    ).toEqual({
      columns: ["id", "n", "more"],
      rows: [
        ["a", "1, 2", ""],
        ["b", "", '{"x":1}'],
      ],
    });
  });

  test("a document is its leaves with their paths, empty ones too", () => {
    expect(genericTable({ a: { b: [true, {}, []] }, c: null }).rows).toEqual([
      ["a.b[0]", "true"],
      ["a.b[1]", "{}"],
      ["a.b[2]", "[]"],
      ["c", ""],
    ]);
  });

  test.each([null, {}, []])("%j has no rows", (value) => {
    expect(genericTable(value).rows).toEqual([]);
  });
});
