import { describe, expect, test } from "vitest";
import { type ConfigDump, readConfigDump } from "../config-dump";
import { compareDumps } from "./config-diff";

const ADMIN = "type.googleapis.com/envoy.admin.v3.";
const ALL = { ignoreAddresses: false, dynamicOnly: false };

let serial = 0;

const clusters = (...list: readonly object[]): ConfigDump =>
  readConfigDump({
    configs: [
      {
        "@type": `${ADMIN}ClustersConfigDump`,
        version_info: String((serial += 1)),
        static_clusters: [{ cluster: { name: "agent" }, last_updated: String((serial += 1)) }],
        dynamic_active_clusters: list.map((cluster) => ({ cluster })),
      },
    ],
  }) ?? { sections: new Map() };

describe("compareDumps", () => {
  test("spelling, numbers as texts, durations, versions and times make no difference", () => {
    const envoy = clusters({ name: "a", connect_timeout: "0.400s", lb_policy: "X", max: "5" });
    const istiod = clusters({ name: "a", connectTimeout: "0.4s", lbPolicy: "X", max: 5 });
    expect(compareDumps(envoy, istiod, ALL)).toEqual({
      differences: [],
      same: { listeners: 0, routes: 0, clusters: 2, endpoints: 0, extensions: 0 },
    });
  });

  test("tells what came, what went, and each field that is different", () => {
    const before = clusters({ name: "a", lb_policy: "X", old: 1 }, { name: "gone" });
    const after = clusters({ name: "a", lb_policy: "Y", nested: [{ x: {} }] }, { name: "new" });
    expect(compareDumps(before, after, ALL).differences).toEqual([
      {
        ...{ part: "clusters", name: "a", change: "changed", moreFields: 0 },
        fields: [
          { path: "lbPolicy", before: "X", after: "Y" },
          { path: "old", before: "1", after: undefined },
          { path: "nested[0].x", before: undefined, after: "{}" },
        ],
      },
      { part: "clusters", name: "gone", change: "removed", fields: [], moreFields: 0 },
      { part: "clusters", name: "new", change: "added", fields: [], moreFields: 0 },
    ]);
  });

  test("addresses are noise on request, those that mean the same everywhere are not", () => {
    const one = clusters({ name: "x", to: "10.0.0.1:80", bind: "0.0.0.0" });
    const other = clusters({ name: "x", to: "10.0.0.2:80", bind: "127.0.0.1" });
    const paths = (ignoreAddresses: boolean) =>
      compareDumps(one, other, { ...ALL, ignoreAddresses }).differences[0]?.fields.map(
        ({ path }) => path,
      );
    expect(paths(false)).toEqual(["to", "bind"]);
    expect(paths(true)).toEqual(["bind"]);
  });

  test("the bootstrap is left out against istiod", () => {
    const empty = readConfigDump({ configs: [] }) ?? { sections: new Map() };
    expect(compareDumps(empty, clusters(), ALL).differences).toHaveLength(1);
    expect(compareDumps(empty, clusters(), { ...ALL, dynamicOnly: true }).differences).toEqual([]);
  });

  test("what Envoy says of endpoints by itself is no difference from istiod", () => {
    const dump = (endpoints: readonly object[], fixed: readonly object[]): ConfigDump =>
      readConfigDump({
        configs: [
          {
            "@type": `${ADMIN}ClustersConfigDump`,
            dynamic_active_clusters: [
              { cluster: { name: "outbound|80||a", type: "EDS" } },
              { cluster: { name: "BlackHoleCluster", type: "STATIC" } },
            ],
          },
          {
            "@type": `${ADMIN}EndpointsConfigDump`,
            static_endpoint_configs: fixed,
            dynamic_endpoint_configs: endpoints.map((one) => ({ endpoint_config: one })),
          },
        ],
      }) ?? { sections: new Map() };
    const endpoint = { address: { socket_address: { address: "10.0.0.1", port_value: 80 } } };
    const sent = (more: object, others: object) => ({
      cluster_name: "outbound|80||a",
      endpoints: [{ lb_endpoints: [{ endpoint: { ...endpoint, ...more }, ...others }] }],
    });
    const held = (health: string) => [
      { cluster_name: "BlackHoleCluster", policy: { overprovisioning_factor: 140 } },
      {
        ...sent({ health_check_config: {} }, { health_status: health }),
        policy: { overprovisioning_factor: 140 },
      },
    ];
    const istiod = dump([sent({}, {})], []);
    const agent = [{ endpoint_config: { cluster_name: "agent" } }];
    const options = { ignoreAddresses: false, dynamicOnly: true };
    const same = compareDumps(istiod, dump(held("HEALTHY"), agent), options);
    expect([same.differences, same.same.endpoints]).toEqual([[], 1]);
    const ill = compareDumps(istiod, dump(held("UNHEALTHY"), agent), options);
    expect(
      ill.differences.map(({ name, fields }) => [name, fields.map(({ after }) => after)]),
    ).toEqual([["outbound|80||a", ["UNHEALTHY"]]]);
  });
});
