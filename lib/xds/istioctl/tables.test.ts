import { describe, expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { type ConfigDump, readConfigDump } from "../config-dump";
import { proxyConfigText, type ProxyConfigFilter, type ProxyConfigKind } from "./proxy-config";
import { protoJson, protoJsonText } from "./proto-json";
import { proxyConfigJson } from "./resources";

const NOW = instant(Date.parse("2026-12-01T00:00:00Z"));
const ADMIN = "type.googleapis.com/envoy.admin.v3.";

const dumpOf = (...parts: readonly (readonly [string, object])[]): ConfigDump => {
  const configs = parts.map(([name, part]) => ({ "@type": `${ADMIN}${name}ConfigDump`, ...part }));
  return readConfigDump({ configs }) ?? { sections: new Map() };
};

const rows = (
  kind: ProxyConfigKind,
  dump: ConfigDump,
  filter: ProxyConfigFilter = {},
  clusters?: unknown,
): readonly string[] =>
  proxyConfigText(kind, { dump, clusters }, filter, { now: NOW })
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/\s+/g, " ").trim());

const tcp = (cluster: string) => ({
  name: "envoy.filters.network.tcp_proxy",
  typed_config: { cluster },
});
const http = (config: object) => ({
  name: "envoy.filters.network.http_connection_manager",
  typed_config: config,
});
const socket = (address: string, port_value: number) => ({
  socket_address: { address, port_value },
});

describe("listeners", () => {
  const dump = dumpOf([
    "Listeners",
    {
      static_listeners: [
        { listener: { address: { pipe: { path: "/var/run/x" } }, filter_chains: [{}] } },
      ],
      dynamic_listeners: [
        {
          active_state: {
            listener: {
              name: "b",
              address: socket("0.0.0.0", 80),
              additional_addresses: [{ address: socket("::", 80) }],
              filter_chains: [
                {
                  filter_chain_match: {
                    server_names: ["a.test", "b.test"],
                    prefix_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 8 }],
                    destination_port: 81,
                    transport_protocol: "tls",
                    application_protocols: ["http/1.0", "http/1.1", "h2c"],
                  },
                  filters: [tcp("outbound|80||a")],
                },
                { filters: [http({ rds: { route_config_name: "80" } })] },
              ],
              default_filter_chain: { filters: [tcp("BlackHoleCluster")] },
            },
          },
        },
        { warming_state: { listener: { name: "w", filter_chains: [{}] } } },
        {
          active_state: {
            listener: {
              name: "inside",
              internal_listener: {},
              filter_chains: [{ filters: [tcp("encap")] }],
            },
          },
        },
      ],
    },
  ]);

  test("come by port, address and type, chains by destination backwards; warming ones are left out", () => {
    expect(rows("listeners", dump)).toEqual([
      "0 ALL Cluster: encap",
      "/var/run/x 0 ALL Non-HTTP/Non-TCP",
      "0.0.0.0,:: 80 ALL Route: 80",
      "0.0.0.0,:: 80 ALL Non-HTTP/Non-TCP",
      "0.0.0.0,:: 80 SNI: a.test,b.test; Trans: tls; App: HTTP; Addr: 10.0.0.0/8:81 Cluster: outbound|80||a",
    ]);
  });

  test.each([
    [{ port: 80 }, 3],
    [{ address: "::" }, 3],
    [{ type: "tcp" }, 1],
    [{ type: "http+tcp" }, 3],
    [{ type: "unknown" }, 1],
    [{ port: 80, type: "HTTP" }, 0],
  ] as const)("%j lets %d through", (filter, count) => {
    expect(rows("listeners", dump, filter)).toHaveLength(count);
  });
});

test("clusters: only names with three bars say anything, in istioctl's order", () => {
  const name = (text: string, more = {}) => ({ cluster: { name: text, ...more } });
  const dump = dumpOf([
    "Clusters",
    {
      static_clusters: [name("agent", { cluster_type: { name: "x" } })],
      dynamic_active_clusters: [
        name("outbound|90||b", {
          type: "EDS",
          metadata: {
            filter_metadata: { istio: { config: "/apis/gateway.networking.k8s.io/v1/x" } },
          },
        }),
        name("outbound|80|v1|b", { type: "EDS" }),
        name("outbound|80||b", { type: "EDS" }),
        name("outbound_.80_._.c", { type: "EDS" }),
        name("inbound|8080||", { type: "ORIGINAL_DST" }),
        name("outbound|x||d|e", {}),
      ],
      dynamic_warming_clusters: [name("outbound|80||warm")],
    },
  ]);
  expect(rows("clusters", dump)).toEqual([
    "0 - outbound STATIC",
    "8080 - inbound ORIGINAL_DST",
    "agent - - - STATIC",
    "b 80 - outbound EDS",
    "b 90 - outbound EDS <unknown>",
    "b 80 v1 outbound EDS",
    "outbound_.80_._.c - - - EDS",
  ]);
  expect(rows("clusters", dump, { port: 80, subset: "v1" })).toEqual(["b 80 v1 outbound EDS"]);
  expect(rows("clusters", dump, { direction: "inbound" })).toHaveLength(1);
  expect(rows("clusters", dump, { fqdn: "c" })).toEqual(["outbound_.80_._.c - - - EDS"]);
});

test("routes: ports in order, other names where they stand", () => {
  const route = (name: string) => ({
    route_config: { name, virtual_hosts: [{ name: "h", domains: ["*"] }] },
  });
  const dump = dumpOf([
    "Routes",
    { dynamic_route_configs: ["9080", "80", "http.8080", "8080", "443"].map(route) },
  ]);
  expect(rows("routes", dump)).toEqual([
    "80 h * /* 404",
    "9080 h * /* 404",
    "http.8080 h * /* 404",
    "443 h * /* 404",
    "8080 h * /* 404",
  ]);
  expect(rows("routes", dump, { name: "80" })).toHaveLength(1);
});

describe("endpoints", () => {
  const host = (address: object, health: object = { eds_health_status: "HEALTHY" }) => ({
    address,
    health_status: health,
  });
  const clusters = {
    cluster_statuses: [
      {
        name: "b",
        host_statuses: [host(socket("10.0.0.2", 80)), host({ pipe: { path: "./XDS" } })],
      },
      {
        name: "a",
        host_statuses: [
          host(socket("10.0.0.2", 80), { failed_outlier_check: true }),
          host(socket("10.0.0.10", 0)),
          host({
            envoy_internal_address: { server_listener_name: "l", endpoint_id: "10.1.1.1:80" },
          }),
          host({}),
        ],
      },
    ],
  };

  test("pipes, listeners inside, ejected and unknown ones, by address as text", () => {
    const none = dumpOf();
    expect(rows("endpoints", none, {}, clusters)).toEqual([
      "10.0.0.10 HEALTHY OK a",
      "10.0.0.2:80 UNKNOWN FAILED a",
      "10.0.0.2:80 HEALTHY OK b",
      "envoy://l/10.1.1.1:80 HEALTHY OK a",
      "unix://./XDS HEALTHY OK b",
      "unknown HEALTHY OK a",
    ]);
    expect(rows("endpoints", none, { port: 80, cluster: "B" }, clusters)).toHaveLength(1);
    expect(rows("endpoints", none, { status: "unknown" }, clusters)).toHaveLength(1);
    expect(rows("endpoints", none, { address: "unix://./XDS" }, clusters)).toHaveLength(1);
  });

  const assigned = dumpOf([
    "Endpoints",
    {
      dynamic_endpoint_configs: [
        {
          endpoint_config: {
            cluster_name: "outbound|80||b",
            endpoints: [
              {
                locality: { region: "r", zone: "z" },
                lb_endpoints: [
                  {
                    endpoint: {
                      address: socket("10.0.0.1", 80),
                      additional_addresses: [{ address: socket("fd00::1", 80) }],
                    },
                    health_status: "DRAINING",
                  },
                ],
              },
            ],
          },
        },
      ],
    },
  ]);

  test("eds tells every address and the locality", () => {
    expect(rows("eds", assigned)).toEqual(["10.0.0.1:80,fd00::1:80 DRAINING r/z outbound|80||b"]);
    expect(rows("eds", assigned, { address: "fd00::1:80" })).toHaveLength(1);
    expect(rows("eds", assigned, { port: 81 })).toHaveLength(0);
  });

  test("a dump stands in where Envoy was not asked for its endpoints", () => {
    expect(rows("endpoints", assigned)).toEqual(["10.0.0.1:80 DRAINING OK outbound|80||b"]);
  });
});

test("secrets: none at all is told in words", () => {
  expect(proxyConfigText("secrets", { dump: dumpOf(["Secrets", {}]) }, {}, { now: NOW })).toBe(
    "No active or warming secrets found.\n",
  );
});

test("extensions of several parts of a dump are one table", () => {
  const part = (name: string, type?: string) => ({
    ecds_filters: [
      {
        ecds_filter: {
          name,
          ...(type && { typed_config: { "@type": `type.googleapis.com/${type}` } }),
        },
      },
    ],
  });
  const dump = dumpOf(
    ["Ecds", part("b", "x.Wasm")],
    ["Ecds", part("a", "x.Wasm")],
    ["Ecds", part("c")],
  );
  expect(rows("ecds", dump)).toEqual(["c", "a x.Wasm", "b x.Wasm"]);
});

describe("messages as istioctl prints them", () => {
  const LISTENER = "envoy.config.listener.v3.Listener";
  const MANAGER =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

  test("names change their spelling, keys that are data do not", () => {
    const typed_config = {
      "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
      type_url: "t",
      value: { b_b: 1 },
    };
    expect(
      protoJson(
        {
          metadata: { filter_metadata: { "a.b_c": { keep_this: 1 } } },
          filter_chains: [
            { filters: [{ typed_config: { "@type": MANAGER, http_filters: [{ typed_config }] } }] },
          ],
        },
        LISTENER,
      ),
    ).toEqual({
      filterChains: [
        {
          filters: [
            {
              typedConfig: {
                "@type": MANAGER,
                httpFilters: [{ typedConfig: { ...typedStruct, typeUrl: "t", value: { b_b: 1 } } }],
              },
            },
          ],
        },
      ],
      metadata: { filterMetadata: { "a.b_c": { keep_this: 1 } } },
    });
  });

  const typedStruct = { "@type": "type.googleapis.com/udpa.type.v1.TypedStruct" };

  test("fields come as they are declared, empty messages take three lines, empty lists none", () => {
    const bootstrap = protoJson(
      { bootstrap: { admin: {}, layered_runtime: { layers: [] }, node: { id: "" } } },
      "envoy.admin.v3.BootstrapConfigDump",
    );
    expect(protoJsonText(bootstrap)).toBe(
      `{
    "bootstrap": {
        "node": {

        },
        "layeredRuntime": {

        },
        "admin": {

        }
    }
}`,
    );
  });

  test("zeroes stay where they are told from their absence: in a choice, and of wrappers", () => {
    const address = { socket_address: { address: "", port_value: 0, ipv4_compat: false } };
    expect(protoJson({ address, use_original_dst: false }, LISTENER)).toEqual({
      address: { socketAddress: { portValue: 0 } },
      useOriginalDst: false,
    });
  });

  test("numbers of 64 bits are texts, enums lose their zero, durations and times their zeroes", () => {
    const cluster = {
      type: "STATIC",
      lb_policy: "ROUND_ROBIN",
      dns_lookup_family: "V4_ONLY",
      connect_timeout: "10.500000s",
      ring_hash_lb_config: { minimum_ring_size: 1024 },
    };
    expect(protoJson(cluster, "envoy.config.cluster.v3.Cluster")).toEqual({
      type: "STATIC",
      connectTimeout: "10.500s",
      dnsLookupFamily: "V4_ONLY",
      ringHashLbConfig: { minimumRingSize: "1024" },
    });
    expect(
      protoJson(
        { last_updated: "2026-08-28T02:00:00.120000+02:00" },
        "envoy.admin.v3.BootstrapConfigDump",
      ),
    ).toEqual({ lastUpdated: "2026-08-28T00:00:00.120Z" });
  });

  test("what the message does not have is dropped as istioctl does, or kept; unknown types stay", () => {
    const listener = { name: "a", new_field: 1 };
    expect(protoJson(listener, LISTENER)).toEqual({ name: "a" });
    expect(protoJson(listener, LISTENER, "kept")).toEqual({ name: "a", new_field: 1 });
    const unheard = { "@type": "type.googleapis.com/un.Heard", some_field: 0 };
    expect(
      protoJson({ filters: [{ typed_config: unheard }] }, "envoy.config.listener.v3.FilterChain"),
    ).toEqual({ filters: [{ typedConfig: unheard }] });
  });

  test("a value below a type that has a form of its own stands in “value”", () => {
    const any = { "@type": "type.googleapis.com/google.protobuf.UInt32Value", value: 5 };
    expect(protoJson({ name: "a", typed_config: any }, "envoy.config.listener.v3.Filter")).toEqual({
      name: "a",
      typedConfig: any,
    });
  });

  test("JSON holds the resources that pass the filter", () => {
    const dump = dumpOf([
      "Clusters",
      {
        static_clusters: [
          { cluster: { name: "agent" } },
          { cluster: { name: "xds-grpc", lb_policy: "MAGLEV" } },
        ],
      },
    ]);
    expect(proxyConfigJson("clusters", { dump }, { fqdn: "xds" })).toEqual([
      { name: "xds-grpc", lbPolicy: "MAGLEV" },
    ]);
  });
});

describe("the resources themselves", () => {
  const named = (name: string, more: object = {}) => ({ name, ...more });
  const json = (kind: ProxyConfigKind, dump: ConfigDump) =>
    proxyConfigJson(kind, { dump }, {}) as readonly Record<string, unknown>[];

  test("come in istioctl's order, without their type, and only those with endpoints", () => {
    const dump = dumpOf(
      [
        "Clusters",
        {
          static_clusters: [{ cluster: named("agent") }],
          dynamic_active_clusters: [
            { cluster: { "@type": "t/Cluster", ...named("outbound|80||b") } },
            { cluster: named("outbound|80||a") },
          ],
        },
      ],
      [
        "Endpoints",
        {
          dynamic_endpoint_configs: [
            { endpoint_config: { cluster_name: "BlackHoleCluster", endpoints: [{}] } },
            {
              endpoint_config: {
                cluster_name: "outbound|80||a",
                endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: "x" } } } }] }],
              },
            },
          ],
        },
      ],
      ["Listeners", { static_listeners: [{ listener: named("no-chains") }] }],
    );
    expect(json("clusters", dump)).toEqual([
      named("outbound|80||a"),
      named("agent"),
      named("outbound|80||b"),
    ]);
    expect(json("eds", dump).map(({ clusterName }) => clusterName)).toEqual(["outbound|80||a"]);
    expect(json("listeners", dump)).toEqual([named("no-chains")]);
  });

  test("a message called metadata is one, and that of a node is a document", () => {
    const tag = { tag: "t", metadata: { metadata_key: { path: [{ key: "k" }] } } };
    expect(protoJson(tag, "envoy.type.tracing.v3.CustomTag")).toEqual({
      tag: "t",
      metadata: { metadataKey: { path: [{ key: "k" }] } },
    });
    const node = { metadata: { NODE_NAME: { some_key: 1 } } };
    expect(protoJson(node, "envoy.config.core.v3.Node")).toEqual(node);
  });

  test("an assignment holds only the endpoints that were asked for", () => {
    const endpoint = (port_value: number) => ({
      endpoint: { address: { socket_address: { address: "10.0.0.1", port_value } } },
    });
    const assignment = (cluster_name: string, ...ports: number[]) => ({
      endpoint_config: { cluster_name, endpoints: [{ lb_endpoints: ports.map(endpoint) }] },
    });
    const dump = dumpOf([
      "Endpoints",
      { dynamic_endpoint_configs: [assignment("a", 80, 81), assignment("b", 80)] },
    ]);
    expect(proxyConfigJson("eds", { dump }, { port: 81 })).toEqual([
      {
        clusterName: "a",
        endpoints: [
          {
            lbEndpoints: [
              {
                endpoint: { address: { socketAddress: { address: "10.0.0.1", portValue: 81 } } },
              },
            ],
          },
        ],
      },
    ]);
  });

  test("all of them are the dump as it was given, with what nobody knows", () => {
    const answer = { configs: [{ "@type": "t/Unheard", some_field: 1 }], more: true };
    const dump = readConfigDump(answer) ?? { sections: new Map() };
    expect(proxyConfigJson("all", { dump, answer }, {})).toEqual(answer);
  });
});
