import { describe, expect, test } from "vitest";
import { type ConfigDump, readConfigDump } from "../config-dump";
import type { EndpointRow } from "../endpoint-rows";
import type { WalkedRequest } from "./request";
import { walkRequest } from "./walk";

const ADMIN = "type.googleapis.com/envoy.admin.v3.";
const http = (config: object) => ({
  name: "envoy.filters.network.http_connection_manager",
  typed_config: { http_filters: [{ name: "envoy.filters.http.rbac" }], ...config },
});
const tcp = (cluster: string) => ({
  name: "envoy.filters.network.tcp_proxy",
  typed_config: { cluster },
});
const listener = (name: string, address: string, port_value: number, more: object) => ({
  active_state: {
    listener: { name, address: { socket_address: { address, port_value } }, ...more },
  },
});
const route = (match: object, cluster: string, name = "") => ({
  ...(name && { name }),
  match,
  route: { cluster },
  metadata: {
    filter_metadata: {
      istio: { config: "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/reviews" },
    },
  },
});

const REVIEWS = "outbound|9080||reviews.shop.svc.cluster.local";
const CANARY = "outbound|9080|v2|reviews.shop.svc.cluster.local";

const DUMP: ConfigDump = readConfigDump({
  configs: [
    {
      "@type": `${ADMIN}ListenersConfigDump`,
      dynamic_listeners: [
        listener("10.96.0.9_9000", "10.96.0.9", 9000, {
          filter_chains: [{ filters: [tcp("tcp")] }],
        }),
        listener("0.0.0.0_9080", "0.0.0.0", 9080, {
          filter_chains: [
            {
              name: "http",
              filter_chain_match: {
                transport_protocol: "raw_buffer",
                application_protocols: ["http/1.1", "h2c"],
              },
              filters: [http({ rds: { route_config_name: "9080" } })],
            },
          ],
          default_filter_chain: { name: "rest", filters: [tcp("PassthroughCluster")] },
        }),
        listener("0.0.0.0_443", "0.0.0.0", 443, {
          filter_chains: ["*.test", "a.test"].map((name) => ({
            name,
            filter_chain_match: { server_names: [name], transport_protocol: "tls" },
            filters: [tcp(name)],
          })),
        }),
        listener("virtualInbound", "0.0.0.0", 15006, {
          filter_chains: [
            {
              name: "blackhole",
              filter_chain_match: { destination_port: 15006 },
              filters: [tcp("BlackHoleCluster")],
            },
            {
              name: "passthrough",
              filter_chain_match: {
                prefix_ranges: [{ address_prefix: "0.0.0.0", prefix_len: 0 }],
                transport_protocol: "raw_buffer",
              },
              filters: [tcp("InboundPassthroughCluster")],
            },
            ...["tls", "raw_buffer"].map((transport_protocol) => ({
              name: `9080 ${transport_protocol}`,
              filter_chain_match: {
                destination_port: 9080,
                transport_protocol,
                ...(transport_protocol === "tls" && {
                  application_protocols: ["istio", "istio-peer-exchange", "istio-http/1.1"],
                }),
              },
              filters: [
                http({
                  route_config: {
                    virtual_hosts: [
                      {
                        name: "inbound|http|9080",
                        domains: ["*"],
                        routes: [{ match: { prefix: "/" }, route: { cluster: "inbound|9080||" } }],
                      },
                    ],
                  },
                }),
              ],
            })),
          ],
        }),
        listener("virtualOutbound", "0.0.0.0", 15001, {
          filter_chains: [{ filters: [tcp("PassthroughCluster")] }],
        }),
      ],
    },
    {
      "@type": `${ADMIN}RoutesConfigDump`,
      dynamic_route_configs: [
        {
          route_config: {
            name: "9080",
            ignore_port_in_host_matching: true,
            virtual_hosts: [
              {
                name: "all",
                domains: ["*"],
                routes: [route({ prefix: "/" }, "PassthroughCluster")],
              },
              {
                name: "reviews",
                domains: ["reviews", "reviews.shop", "10.96.0.1"],
                routes: [
                  route({ path: "/health" }, REVIEWS, "health"),
                  route(
                    {
                      prefix: "/",
                      headers: [{ name: "end-user", string_match: { exact: "jason" } }],
                    },
                    CANARY,
                    "jason",
                  ),
                  route({ safe_regex: { regex: "/v\\d" } }, CANARY, "versions"),
                  route({ prefix: "/" }, REVIEWS),
                ],
              },
              {
                name: "closed",
                domains: ["*.closed"],
                routes: [{ match: { prefix: "/a" }, direct_response: { status: 403 } }],
              },
            ],
          },
        },
      ],
    },
    {
      "@type": `${ADMIN}ClustersConfigDump`,
      dynamic_active_clusters: [
        ...["inbound|9080||", "InboundPassthroughCluster"].map((name) => ({
          cluster: { name, type: "ORIGINAL_DST" },
        })),
        { cluster: { name: REVIEWS, type: "EDS" } },
        { cluster: { name: CANARY, type: "EDS" } },
        { cluster: { name: "PassthroughCluster", type: "ORIGINAL_DST" } },
      ],
    },
  ],
}) ?? { sections: new Map() };

const endpoint = (
  address: string,
  cluster: string,
  more: Partial<EndpointRow> = {},
): EndpointRow => ({
  ...{ endpoint: address, address, port: 80, locality: "", isMeshTls: true, status: "HEALTHY" },
  ...{ outlierCheck: "OK", cluster, weight: 1, requests: 0, errors: 0, ...more },
});
const ENDPOINTS = [
  endpoint("10.0.0.1", REVIEWS),
  endpoint("10.0.0.2", REVIEWS, { outlierCheck: "FAILED" }),
  endpoint("10.0.0.3", CANARY, { status: "UNHEALTHY" }),
];

const walk = (asked: Partial<WalkedRequest>) =>
  walkRequest(DUMP, ENDPOINTS, {
    ...{ port: 9080, host: "reviews", path: "/", method: "GET", headers: {}, protocol: "http" },
    ...asked,
  });
const chosen = (asked: Partial<WalkedRequest>) => walk(asked).steps.map((step) => step.chosen);

describe("walkRequest", () => {
  test("tells at each step what was chosen, and why not the others", () => {
    const { steps, isCarried } = walk({});
    expect(isCarried).toBe(true);
    expect(steps.map(({ step, chosen: what }) => `${step}: ${what}`)).toEqual([
      "listener: 0.0.0.0_9080",
      "filter chain: http",
      "filters: rbac",
      "virtual host: reviews",
      `route: unnamed route: ${REVIEWS}`,
      `cluster: ${REVIEWS}`,
      "endpoint: 10.0.0.1",
    ]);
    expect(steps[4]?.passed).toEqual([
      { name: "health", why: "the path is not /health" },
      { name: "jason", why: "end-user = jason does not hold: it is absent" },
      { name: "versions", why: "the path is not regex /v\\d" },
    ]);
    expect(steps[4]?.object).toMatchObject({ kind: "VirtualService", name: "reviews" });
    expect(steps[6]?.passed).toEqual([{ name: "10.0.0.2", why: "ejected by outlier detection" }]);
  });

  test.each([
    [{ headers: { "end-user": "jason" } }, "jason"],
    [{ path: "/v1" }, "versions"],
    [{ path: "/v12" }, "unnamed route"],
    [{ path: "/health?x=1" }, "health"],
    [{ host: "REVIEWS.shop:9080" }, "unnamed route"],
  ])("%j takes route %s", (asked, name) => {
    expect(chosen(asked)[4]?.split(":")[0]).toBe(name);
  });

  test("a wildcard host, a route that answers, and one that does not match", () => {
    const answered = walk({ host: "x.closed", path: "/a" });
    expect(answered.end).toBe("The proxy answers by itself: it answers 403.");
    expect(walk({ host: "x.closed", path: "/b" }).end).toContain("No route of this virtual host");
    expect(chosen({ host: "elsewhere" })[3]).toBe("all");
  });

  test("no fit endpoint ends in 503", () => {
    expect(walk({ headers: { "end-user": "jason" } })).toMatchObject({
      isCarried: false,
      end: expect.stringContaining("503") as string,
    });
  });

  test("TLS is told by its server name, the exact one first; another name has no chain", () => {
    expect(chosen({ port: 443, protocol: "tls", host: "a.test" })[1]).toBe("a.test");
    expect(chosen({ port: 443, protocol: "tls", host: "b.test" })[1]).toBe("*.test");
    expect(walk({ port: 443, protocol: "tls", host: "other" }).end).toContain("No filter chain");
  });

  test("bytes of an unknown protocol take the default chain, unknown ports the catch-all", () => {
    expect(chosen({ protocol: "tcp" }).slice(1)).toEqual([
      ...["rest", "PassthroughCluster", "the original destination"],
    ]);
    expect(chosen({ port: 7777 })[0]).toBe("virtualOutbound");
    expect(chosen({ port: 9000, address: "10.96.0.9", protocol: "tcp" })[0]).toBe("10.96.0.9_9000");
    expect(walk({ port: 9000, address: "10.96.0.9" }).end).toContain("503");
  });
});

describe("on its way into the pod", () => {
  const arriving = (arrives: "mtls" | "plain", port: number) =>
    walkRequest(DUMP, [], {
      ...{
        host: "reviews",
        port,
        path: "/",
        method: "GET",
        headers: {},
        protocol: "http",
        arrives,
      },
    });

  test.each([
    ["mtls", 9080, "9080 tls", "inbound|9080||"],
    ["plain", 9080, "9080 raw_buffer", "inbound|9080||"],
    ["plain", 8500, "passthrough", "InboundPassthroughCluster"],
    ["plain", 15006, "blackhole", "BlackHoleCluster"],
  ] as const)("%s on port %d is taken by chain %s", (arrives, port, chain, cluster) => {
    const { steps } = arriving(arrives, port);
    expect(steps[0]).toMatchObject({ step: "listener", chosen: "virtualInbound" });
    expect(steps[1]).toMatchObject({ step: "filter chain", chosen: chain });
    expect(steps.find(({ step }) => step === "cluster")?.chosen).toBe(cluster);
  });

  test("what reaches the application ends at its port", () => {
    expect(arriving("mtls", 9080)).toMatchObject({ isCarried: true });
    expect(arriving("mtls", 9080).steps.at(-1)).toMatchObject({ chosen: "port 9080 of the pod" });
  });

  test("mTLS on a port that only takes plain text finds no chain", () => {
    expect(arriving("mtls", 8500).end).toContain("No filter chain matches");
  });

  test("a proxy that captures nothing has no way in", () => {
    const walk = walkRequest({ sections: new Map() }, [], {
      ...{ host: "a", port: 80, path: "/", method: "GET", headers: {}, protocol: "http" as const },
      arrives: "mtls",
    });
    expect(walk.end).toContain("no listener for what comes to its pod");
  });
});
