import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusterName, clusterRows } from "./cluster-rows";
import { type ConfigDump, readConfigDump } from "./config-dump";
import { dumpedEndpointRows, endpointRows } from "./endpoint-rows";
import { istioctlName, istioObjectOf } from "./istio-object";
import { listenerRows } from "./listener-rows";
import { domainsText, routeRows } from "./route-rows";

const madeBy = (config: string) => ({ filter_metadata: { istio: { config } } });
const REVIEWS_VS = "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/reviews";
const HTTP = "envoy.filters.network.http_connection_manager";
const TCP = "envoy.filters.network.tcp_proxy";

const section = (name: string, fields: object) => ({
  "@type": `type.googleapis.com/envoy.admin.v3.${name}ConfigDump`,
  ...fields,
});
const dump = (...configs: object[]): ConfigDump => readConfigDump({ configs })!;

describe("listenerRows", () => {
  const listener = (fields: object) =>
    dump(
      section("Listeners", {
        dynamic_listeners: [{ name: "x", active_state: { listener: fields, last_updated: "t" } }],
      }),
    );
  const address = { socket_address: { address: "0.0.0.0", port_value: 9080 } };
  const tcp = (cluster: string) => ({ name: TCP, typed_config: { cluster } });

  test("matches and destinations are in istioctl's words", () => {
    const rows = listenerRows(
      listener({
        name: "0.0.0.0_9080",
        address,
        filter_chains: [
          {
            filter_chain_match: {
              transport_protocol: "raw_buffer",
              application_protocols: ["http/1.1", "h2c"],
            },
            filters: [{ name: HTTP, typed_config: { rds: { route_config_name: "9080" } } }],
          },
          {
            filter_chain_match: {
              transport_protocol: "tls",
              application_protocols: ["istio-peer-exchange", "istio"],
              destination_port: 8443,
              server_names: ["a.example", "b.example"],
            },
            filters: [tcp("inbound|8443||")],
          },
          {
            filter_chain_match: {
              prefix_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 8 }],
              destination_port: 1,
            },
            filters: [tcp("BlackHoleCluster")],
          },
        ],
        default_filter_chain: {
          name: "PassthroughFilterChain",
          filters: [tcp("PassthroughCluster")],
        },
      }),
    );
    expect(rows.map(({ match, destination }) => [match, destination])).toEqual([
      ["Trans: raw_buffer; App: http/1.1,h2c", "Route: 9080"],
      [
        "SNI: a.example,b.example; Trans: tls; App: TCP TLS; Addr: *:8443",
        "Cluster: inbound|8443||",
      ],
      ["Addr: 10.0.0.0/8:1", "Non-HTTP/Non-TCP"],
      ["ALL", "PassthroughCluster"],
    ]);
    expect(rows[0]).toMatchObject({
      listener: "0.0.0.0_9080",
      addresses: "0.0.0.0",
      port: 9080,
      leadsTo: { kind: "route", name: "9080" },
    });
  });

  test("routes inside a listener are told by their matches, or by their only cluster", () => {
    const inline = (hosts: object[]) =>
      listenerRows(
        listener({
          address,
          filter_chains: [
            {
              filters: [{ name: HTTP, typed_config: { route_config: { virtual_hosts: hosts } } }],
            },
          ],
        }),
      )[0]?.destination;
    expect(
      inline([
        {
          domains: ["*"],
          routes: [{ match: { prefix: "/healthz/ready" }, route: { cluster: "agent" } }],
        },
      ]),
    ).toBe("Inline Route: /healthz/ready*");
    expect(
      inline([
        {
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, route: { cluster: "inbound|80||" } }],
        },
      ]),
    ).toBe("Cluster: inbound|80||");
  });

  test("a refused listener carries Envoy's words", () => {
    const [row] = listenerRows(
      dump(
        section("Listeners", {
          dynamic_listeners: [
            {
              active_state: { listener: { address, filter_chains: [{ filters: [] }] } },
              error_state: { details: "no such filter" },
            },
          ],
        }),
      ),
    );
    expect(row?.error).toBe("no such filter");
  });
});

describe("routeRows", () => {
  const routes = (hosts: object[], spelling: "snake" | "camel" = "snake") =>
    routeRows(
      dump(
        spelling === "snake"
          ? section("Routes", {
              dynamic_route_configs: [{ route_config: { name: "9080", virtual_hosts: hosts } }],
            })
          : section("Routes", {
              dynamicRouteConfigs: [{ routeConfig: { name: "9080", virtualHosts: hosts } }],
            }),
      ),
    );

  test("weights are percents, headers are conditions, the object is linked", () => {
    const [row] = routes([
      {
        name: "reviews.shop.svc.cluster.local:9080",
        domains: ["reviews"],
        routes: [
          {
            name: "canary",
            match: {
              prefix: "/",
              headers: [
                { name: "end-user", string_match: { exact: "jason" } },
                { name: "x-skip", invert_match: true, string_match: { prefix: "no" } },
                { name: "cookie", present_match: true },
              ],
            },
            route: {
              weighted_clusters: {
                clusters: [
                  { name: "outbound|9080|v1|reviews", weight: 60 },
                  { name: "outbound|9080|v2|reviews", weight: 20 },
                ],
              },
            },
            metadata: madeBy(REVIEWS_VS),
          },
        ],
      },
    ]);
    expect(row).toMatchObject({
      name: "9080",
      match: "/*",
      conditions: "end-user = jason, x-skip does not begin with no, cookie is present",
      route: "canary",
      destination: "75 % outbound|9080|v1|reviews, 25 % outbound|9080|v2|reviews",
      clusters: ["outbound|9080|v1|reviews", "outbound|9080|v2|reviews"],
      virtualService: "reviews.shop",
      object: { kind: "VirtualService", namespace: "shop", name: "reviews" },
    });
  });

  test("passthrough is hidden, a host without routes answers 404, as istioctl shows it", () => {
    const rows = routes([
      { name: "blackhole:80", domains: ["*"] },
      {
        name: "allow_any",
        domains: ["*"],
        routes: [{ match: { prefix: "/" }, route: { cluster: "PassthroughCluster" } }],
      },
    ]);
    expect(
      rows.map(({ virtualHost, match, virtualService }) => [virtualHost, match, virtualService]),
    ).toEqual([["blackhole:80", "/*", "404"]]);
  });

  test("reads istiod's spelling as well as Envoy's", () => {
    const [row] = routes(
      [
        {
          name: "a:80",
          domains: ["a"],
          routes: [{ match: { safeRegex: { regex: "^/x$" } }, directResponse: { status: 418 } }],
        },
      ],
      "camel",
    );
    expect(row).toMatchObject({ match: "regex ^/x$", destination: "answers 418" });
  });

  test.each([
    [["*"], "*"],
    [["a", "a:80"], "a"],
    [
      [
        "c.shop.svc.cluster.local",
        "c.shop.svc.cluster.local.",
        "c",
        "c.shop.svc",
        "c.shop",
        "10.0.0.1",
      ],
      "c.shop.svc.cluster.local., c + 2 more...",
    ],
    [["[fd00:1::1]", "[fd00:1::1]:80"], "[fd00:1::1]"],
  ])("domains %j are shown as %j", (domains, text) => {
    expect(domainsText(domains)).toBe(text);
  });
});

describe("clusterRows", () => {
  test("the name is taken apart; what it does not say is a hyphen", () => {
    const cluster = (name: string, fields: object = {}) => ({ cluster: { name, ...fields } });
    const rows = clusterRows(
      dump(
        section("Clusters", {
          static_clusters: [cluster("agent", { type: "STATIC" })],
          dynamic_active_clusters: [
            cluster("outbound|9080|v1|reviews.shop.svc.cluster.local", {
              type: "EDS",
              metadata: madeBy("/apis/networking.istio.io/v1/namespaces/shop/destination-rule/r"),
            }),
            cluster("inbound|9080||", { type: "ORIGINAL_DST" }),
            cluster("dns", { cluster_type: { name: "envoy.cluster.dns" } }),
          ],
        }),
      ),
    );
    expect(
      rows.map((row) => [
        row.host,
        row.port,
        row.subset,
        row.direction,
        row.type,
        row.extension,
        row.destinationRule,
      ]),
    ).toEqual([
      ["reviews.shop.svc.cluster.local", "9080", "v1", "outbound", "EDS", "", "r.shop"],
      ["", "9080", "-", "inbound", "ORIGINAL_DST", "", ""],
      ["dns", "-", "-", "-", "STATIC", "envoy.cluster.dns", ""],
      ["agent", "-", "-", "-", "STATIC", "", ""],
    ]);
  });

  test("names of SNI-routed clusters are read too", () => {
    expect(clusterName("outbound_.80_.v1_.a.b.svc.cluster.local")).toEqual({
      direction: "outbound",
      port: "80",
      subset: "v1",
      host: "a.b.svc.cluster.local",
    });
  });
});

describe("endpointRows", () => {
  test("health, ejection and counters; zero is what Envoy leaves out", () => {
    const host = (address: object, health: object, stats: object[] = []) => ({
      address,
      health_status: health,
      stats,
      weight: 1,
    });
    const rows = endpointRows({
      cluster_statuses: [
        {
          name: "outbound|80||a",
          host_statuses: [
            host(
              { socket_address: { address: "10.0.0.1", port_value: 80 } },
              { eds_health_status: "HEALTHY" },
              [{ name: "rq_total", value: "40" }, { name: "rq_error" }],
            ),
            host({ pipe: { path: "./XDS" } }, { failed_outlier_check: true }),
          ],
        },
      ],
    });
    expect(rows).toMatchObject([
      {
        endpoint: "10.0.0.1:80",
        address: "10.0.0.1",
        port: 80,
        status: "HEALTHY",
        outlierCheck: "OK",
        cluster: "outbound|80||a",
        weight: 1,
        requests: 40,
        errors: 0,
      },
      {
        endpoint: "unix://./XDS",
        status: "UNKNOWN",
        outlierCheck: "FAILED",
        cluster: "outbound|80||a",
        weight: 1,
        requests: 0,
        errors: 0,
      },
    ]);
  });

  test("a dump alone gives the endpoints without counters", () => {
    const [row] = dumpedEndpointRows(
      dump(
        section("Endpoints", {
          dynamic_endpoint_configs: [
            {
              endpoint_config: {
                cluster_name: "c",
                endpoints: [
                  {
                    lb_endpoints: [
                      {
                        endpoint: {
                          address: { socket_address: { address: "10.0.0.1", port_value: 1 } },
                        },
                        health_status: "DRAINING",
                      },
                    ],
                  },
                ],
              },
            },
          ],
        }),
      ),
    );
    expect(row).toMatchObject({ endpoint: "10.0.0.1:1", status: "DRAINING", requests: null });
  });
});

describe("the object behind a resource", () => {
  test.each([
    [REVIEWS_VS, { kind: "VirtualService", namespace: "shop", name: "reviews" }, "reviews.shop"],
    [
      "/apis/networking.istio.io/v1alpha3/namespaces/istio-system/envoy-filter/f",
      { kind: "EnvoyFilter", namespace: "istio-system", name: "f" },
      "f.istio-system",
    ],
    [
      "/apis/security.istio.io/v1/namespaces/a/peer-authentication/p",
      { kind: "PeerAuthentication", namespace: "a", name: "p" },
      "<unknown>",
    ],
    ["/apis/example.org/v1/namespaces/a/thing/t", undefined, "<unknown>"],
    ["", undefined, "<unknown>"],
  ])("%s", (config, object, name) => {
    const resource = { metadata: madeBy(config) };
    expect(istioObjectOf(resource)).toEqual(object);
    expect(istioctlName(resource)).toBe(name);
  });
});

test("a dump of any shape gives rows and never throws", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 3 }), (parts) => {
      const configs = parts.flatMap((part) =>
        ["Clusters", "Listeners", "Routes", "Endpoints"].map((name) =>
          section(name, {
            dynamic_active_clusters: [{ cluster: part }, part],
            dynamic_listeners: [{ active_state: { listener: part } }, part],
            dynamic_route_configs: [{ route_config: { virtual_hosts: [part] } }, part],
            dynamic_endpoint_configs: [{ endpoint_config: { endpoints: [part] } }],
          }),
        ),
      );
      const read = dump(...configs);
      for (const rows of [listenerRows, routeRows, clusterRows, dumpedEndpointRows]) {
        expect(Array.isArray(rows(read))).toBe(true);
      }
      expect(Array.isArray(endpointRows(parts[0]))).toBe(true);
    }),
  );
  expect(readConfigDump("cut off")).toBeUndefined();
});
