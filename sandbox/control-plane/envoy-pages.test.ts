import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Dump, pagesInTest } from "./pages-testing";
import { destinationRule, virtualService } from "./testing";

type Pages = ReturnType<typeof pagesInTest>;
let network: Pages["network"];
let clock: Pages["clock"];
let plane: Pages["plane"];
let store: Pages["store"];
let json: Pages["json"];
let dumpOf: Pages["dumpOf"];

beforeEach(() => {
  ({ network, clock, store, plane, json, dumpOf } = pagesInTest());
});

afterEach(() => {
  plane.stop();
});

describe("an Envoy's admin pages", () => {
  test("routes carry the matches, weights and object of the VirtualService", async () => {
    const routes = JSON.stringify((await dumpOf("productpage-v1")).get("Routes"));
    expect(routes).toContain(
      '"weighted_clusters":{"clusters":[{"name":"outbound|9080|v1|reviews.bookinfo.svc.cluster.local","weight":80},{"name":"outbound|9080|v2|reviews.bookinfo.svc.cluster.local","weight":20}]}',
    );
    expect(routes).toContain('"name":"end-user","string_match":{"exact":"jason"}');
    expect(routes).toContain(
      '"config":"/apis/networking.istio.io/v1/namespaces/bookinfo/virtual-service/reviews"',
    );
    expect(routes).toContain('"name":"allow_any"');
  });

  test("clusters hold each subset with its rule, and the inbound port", async () => {
    const section = (await dumpOf("reviews-v1")).get("Clusters")!;
    const names = (section["dynamic_active_clusters"] as { cluster: { name: string } }[]).map(
      ({ cluster }) => cluster.name,
    );
    expect(names).toEqual([
      "BlackHoleCluster",
      "inbound|9080||",
      "InboundPassthroughCluster",
      "outbound|80||ingress.istio-ingress.svc.cluster.local",
      "outbound|9080||productpage.bookinfo.svc.cluster.local",
      "outbound|9080||reviews.bookinfo.svc.cluster.local",
      "outbound|9080|v1|reviews.bookinfo.svc.cluster.local",
      "outbound|9080|v2|reviews.bookinfo.svc.cluster.local",
      "PassthroughCluster",
    ]);
  });

  test("endpoints of a subset are those with its labels", async () => {
    const section = JSON.stringify((await dumpOf("productpage-v1")).get("Endpoints"));
    const parts = section.split('"endpoint_config"');
    const ofV2 = parts.find((part) => part.includes("outbound|9080|v2|reviews"));
    expect(ofV2).toContain("10.0.0.3");
    expect(ofV2).not.toContain("10.0.0.2");
  });

  test("endpoints are told by locality, with the priorities that failover gives them", async () => {
    const rule = destinationRule("reviews", []);
    const policy = { outlierDetection: { consecutive5xxErrors: 3 } };
    store.put({ ...rule, spec: { ...(rule["spec"] as object), trafficPolicy: policy } });
    for (const [name, locality] of [
      ["productpage-v1", "us.a"],
      ["reviews-v1", "us.b"],
      ["reviews-v2", "us.a"],
    ] as const) {
      const pod = store.get("Pod", "bookinfo", name)!;
      const labels = { ...pod.metadata.labels, "istio-locality": locality };
      store.put({ ...pod, metadata: { ...pod.metadata, labels } });
    }
    clock.advance(1000);
    const section = (await dumpOf("productpage-v1")).get("Endpoints")!;
    const configs = section["dynamic_endpoint_configs"] as {
      endpoint_config: {
        cluster_name: string;
        endpoints: { locality: object; priority?: number }[];
      };
    }[];
    const reviews = configs.find(
      ({ endpoint_config: { cluster_name: name } }) =>
        name === "outbound|9080||reviews.bookinfo.svc.cluster.local",
    );
    expect(reviews?.endpoint_config.endpoints).toMatchObject([
      { locality: { region: "us", zone: "b" }, load_balancing_weight: 1, priority: 1 },
      { locality: { region: "us", zone: "a" }, load_balancing_weight: 1 },
    ]);
  });

  test("STRICT leaves no inbound chain in plain text", async () => {
    const section = (await dumpOf("reviews-v1")).get("Listeners")!;
    const listeners = section["dynamic_listeners"] as {
      name: string;
      active_state: { listener: unknown };
    }[];
    const inbound = listeners.find(({ name }) => name === "virtualInbound");
    expect(JSON.stringify(inbound)).not.toContain('"transport_protocol":"raw_buffer"');
    expect(JSON.stringify(inbound)).toContain('"destination_port":9080');
  });

  test("a gateway has the routes of the VirtualServices that are bound to it", async () => {
    const dump = await dumpOf("ingress");
    const routes = JSON.stringify(dump.get("Routes"));
    expect(routes).toContain('"name":"http.8080"');
    expect(routes).toContain('"name":"*:80"');
    expect(routes).toContain('"path":"/productpage"');
    expect(JSON.stringify(dump.get("Listeners"))).toContain('"name":"0.0.0.0_8080"');
  });

  test("the dump shows what was acknowledged, not what is stored", async () => {
    store.put(virtualService("reviews", { hosts: ["reviews"], http: [{ name: "fresh" }] }));
    const routes = async () => JSON.stringify((await dumpOf("productpage-v1")).get("Routes"));
    expect(await routes()).not.toContain("fresh");
    clock.advance(1000);
    expect(await routes()).toContain('"name":"fresh"');
  });

  test("secrets have certificates and no keys", async () => {
    const section = JSON.stringify((await dumpOf("reviews-v1")).get("Secrets"));
    const chain = /"certificate_chain":\{"inline_bytes":"([^"]+)"/.exec(section)![1]!;
    expect(Buffer.from(chain, "base64").toString()).toContain("BEGIN CERTIFICATE");
    expect(section).toContain(Buffer.from("[redacted]").toString("base64"));
  });

  test("clusters show the traffic's counters in both formats", async () => {
    const text = await (await network.get("productpage-v1:15000", "/clusters")).text();
    expect(text).toContain(
      "outbound|9080|v1|reviews.bookinfo.svc.cluster.local::10.0.0.2:9080::rq_total::40\n",
    );
    const page = JSON.stringify(await json("productpage-v1:15000", "/clusters?format=json"));
    expect(page).toContain('{"value":"40","name":"rq_total"}');
  });

  test("log levels are set by POST, and only as Envoy knows them", async () => {
    const post = async (query: string) => {
      const answer = await network.get("reviews-v1:15000", `/logging?${query}`, "POST");
      return [answer.status, (await answer.text()).match(/ {2}rbac: \w+/)?.[0]];
    };
    expect(await post("rbac=debug")).toEqual([200, "  rbac: debug"]);
    expect(await post("rbac=loud")).toEqual([400, undefined]);
    expect(await post("")).toEqual([200, "  rbac: debug"]);
  });

  test("a mask, a resource and a regular expression limit the dump", async () => {
    const masked = (await json(
      "reviews-v1:15000",
      "/config_dump?mask=dynamic_listeners,static_listeners",
    )) as Dump;
    expect(masked.configs.map((config) => Object.keys(config))).toEqual([
      ["@type", "static_listeners", "dynamic_listeners"],
    ]);
    const named = (await json(
      "reviews-v1:15000",
      "/config_dump?resource=dynamic_active_clusters&name_regex=v2",
    )) as { configs: { cluster: { name: string } }[] };
    expect(named.configs.map(({ cluster }) => cluster.name)).toEqual([
      "outbound|9080|v2|reviews.bookinfo.svc.cluster.local",
    ]);
    expect((await network.get("reviews-v1:15000", "/config_dump?resource=nothing")).status).toBe(
      404,
    );
    expect((await network.get("reviews-v1:15000", "/config_dump?name_regex=(")).status).toBe(400);
  });

  test("the sections of a dump have the fields of a real Envoy's", async () => {
    const dump = await dumpOf("reviews-v1");
    const keys = (section: string) => Object.keys(dump.get(section)!).sort();
    expect([...dump.keys()]).toEqual([
      ...["Bootstrap", "Clusters", "Endpoints", "Listeners", "ScopedRoutes", "Routes", "Secrets"],
    ]);
    expect(keys("Bootstrap")).toEqual(["@type", "bootstrap", "last_updated"]);
    expect(keys("Clusters")).toEqual([
      ...["@type", "dynamic_active_clusters", "static_clusters", "version_info"],
    ]);
    expect(keys("Endpoints")).toEqual([
      "@type",
      "dynamic_endpoint_configs",
      "static_endpoint_configs",
    ]);
    expect(keys("Listeners")).toEqual([
      ...["@type", "dynamic_listeners", "static_listeners", "version_info"],
    ]);
    expect(keys("Routes")).toEqual(["@type", "dynamic_route_configs", "static_route_configs"]);
    expect(keys("ScopedRoutes")).toEqual(["@type"]);
    expect(keys("Secrets")).toEqual(["@type", "dynamic_active_secrets"]);
    const clusters = dump.get("Clusters")!["dynamic_active_clusters"] as { cluster: object }[];
    const eds = clusters.find(({ cluster }) => JSON.stringify(cluster).includes('"type":"EDS"'))!;
    expect(Object.keys(eds).sort()).toEqual(["cluster", "last_updated"]);
    expect(Object.keys(eds.cluster)).toEqual(
      expect.arrayContaining([
        ...["@type", "name", "type", "eds_cluster_config", "connect_timeout", "lb_policy"],
        ...["circuit_breakers", "metadata", "alt_stat_name", "transport_socket_matches"],
      ]),
    );
    const secrets = dump.get("Secrets")!["dynamic_active_secrets"] as object[];
    expect(secrets.map((secret) => Object.keys(secret).sort())).toEqual([
      ["last_updated", "name", "secret", "version_info"],
      ["last_updated", "name", "secret", "version_info"],
    ]);
  });

  test("certificates have real dates, and a fault brings their end near", async () => {
    type Certs = {
      certificates: {
        cert_chain: {
          days_until_expiration: string;
          expiration_time: string;
          subject_alt_names: object[];
        }[];
      }[];
    };
    const chain = async () =>
      ((await json("reviews-v1:15000", "/certs")) as Certs).certificates[0]!.cert_chain[0]!;
    expect(await chain()).toMatchObject({
      days_until_expiration: "1",
      expiration_time: "2026-01-02T00:00:01Z",
      subject_alt_names: [{ uri: "spiffe://cluster.local/ns/bookinfo/sa/reviews-v1" }],
    });
    plane.faults.certificate({ namespace: "bookinfo", name: "reviews-v1" }, 3_600_000);
    expect(await chain()).toMatchObject({
      days_until_expiration: "0",
      expiration_time: "2026-01-01T01:00:01Z",
    });
    plane.faults.certificate("root", 7_200_000);
    const text = await (await network.get("istiod-1:15014", "/metrics")).text();
    expect(text).toContain("citadel_server_root_cert_expiry_seconds 7200\n");
  });

  test("statistics are told as text, JSON and for Prometheus", async () => {
    const text = async (path: string) => (await network.get("productpage-v1:15000", path)).text();
    expect(await text("/stats?filter=update_success")).toBe(
      "cluster_manager.cds.update_success: 1\nlistener_manager.lds.update_success: 1\n",
    );
    expect(await json("productpage-v1:15000", "/stats?format=json&filter=server.live")).toEqual({
      stats: [{ name: "server.live", value: 1 }],
    });
    const metrics = await text("/stats/prometheus");
    expect(metrics).toContain('istio_requests_total{reporter="source"} 7\n');
    expect(metrics).toContain(
      'envoy_cluster_upstream_rq_total{cluster_name="outbound|9080|v1|reviews.bookinfo.svc.cluster.local"} 40\n',
    );
    const labels = 'cluster_name="outbound|9080|v1|reviews.bookinfo.svc.cluster.local"';
    expect(metrics).toContain(
      `envoy_cluster_upstream_rq{response_code_class="2xx",${labels}} 37\n`,
    );
    expect(metrics).toContain(`envoy_cluster_membership_healthy{${labels}} 1\n`);
    for (const port of [15020, 15090]) {
      const scraped = await network.get(`productpage-v1:${port}`, "/stats/prometheus");
      expect(await scraped.text()).toBe(metrics);
    }
  });

  test("listeners, server and memory have Envoy's shapes", async () => {
    const text = await (await network.get("reviews-v1:15000", "/listeners")).text();
    expect(text).toContain("virtualInbound::0.0.0.0:15006\n");
    expect(Object.keys((await json("reviews-v1:15000", "/server_info")) as object)).toEqual([
      ...["version", "state", "uptime_current_epoch", "uptime_all_epochs", "hot_restart_version"],
      ...["command_line_options", "node"],
    ]);
    expect((await network.get("reviews-v1:15000", "/nothing")).status).toBe(404);
  });
});
