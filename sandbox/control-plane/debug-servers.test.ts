import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Dump, pagesInTest } from "./pages-testing";
import { sidecarPod, virtualService } from "./testing";

type Pages = ReturnType<typeof pagesInTest>;
let network: Pages["network"];
let clock: Pages["clock"];
let plane: Pages["plane"];
let store: Pages["store"];
let json: Pages["json"];

beforeEach(() => {
  ({ network, clock, store, plane, json } = pagesInTest());
});

afterEach(() => {
  plane.stop();
});

describe("istiod's debug pages", () => {
  test("syncz lists every proxy with equal nonces once all is acknowledged", async () => {
    const answer = (await json("istiod-1:15014", "/debug/syncz")) as Record<string, unknown>[];
    expect(answer.map(({ proxy }) => proxy).sort()).toEqual([
      "ingress.istio-ingress",
      "productpage-v1.bookinfo",
      "reviews-v1.bookinfo",
      "reviews-v2.bookinfo",
    ]);
    for (const entry of answer) {
      expect(entry["route_sent"]).toMatch(/^2026-01-01T00:00:00Z\/1[0-9a-f-]{36}$/);
      expect(entry["route_acked"]).toBe(entry["route_sent"]);
      expect(entry).not.toHaveProperty("extensionconfig_sent");
    }
  });

  test("config_dump asks for a proxy, and knows only its own", async () => {
    const without = await network.get("istiod-1:15014", "/debug/config_dump");
    expect(without.status).toBe(400);
    const unknown = await network.get("istiod-1:8080", "/debug/config_dump?proxyID=nobody");
    expect([unknown.status, await unknown.text()]).toEqual([
      404,
      "Proxy not connected to this Pilot instance. It may be connected to another instance.\n",
    ]);
    const found = await network.get(
      "istiod-1:8080",
      "/debug/config_dump?proxyID=reviews-v1.bookinfo",
    );
    expect(found.status).toBe(200);
  });

  test("metrics count the proxies, pushes and refusals", async () => {
    store.put(
      sidecarPod("reviews-v1", {
        ip: "10.0.0.2",
        labels: { app: "reviews", version: "v1" },
        annotations: { "sandbox.quarterdeck.dev/proxy": "reject" },
      }),
    );
    clock.advance(1000);
    const text = await (await network.get("istiod-1:15014", "/metrics")).text();
    expect(text).toContain('pilot_xds{version="1.30.1"} 4\n');
    expect(text).toContain('pilot_total_xds_rejects{type="lds"} 1\n');
    expect(text).toContain('pilot_xds_lds_reject{err="Internal",node="reviews-v1.bookinfo"} 1\n');
    expect(text).toMatch(/pilot_proxy_convergence_time_count [1-9]/);
  });

  test("registryz and endpointShardz name hosts, ports and endpoints", async () => {
    const services = (await json("istiod-1:15014", "/debug/registryz")) as { hostname: string }[];
    expect(services.map(({ hostname }) => hostname)).toContain(
      "reviews.bookinfo.svc.cluster.local",
    );
    const shards = JSON.stringify(await json("istiod-1:15014", "/debug/endpointShardz"));
    expect(shards).toContain('"Addresses":["10.0.0.3"]');
  });

  test.each([
    ["adsz", ["totalClients", "clients"]],
    ["ambientz", ["workloads", "services", "policies"]],
    ["authorizationz", ["authorization_policies"]],
    ["telemetryz", ["telemetries"]],
    ["pushcontext", ["AuthorizationPolicies", "NetworkGateways", "UnresolvedGateways"]],
    ["connections", ["totalClients", "clients"]],
    ["inject", []],
    ["push_status", ["pilot_eds_no_instances"]],
    [
      "instancesz",
      [
        "ingress.istio-ingress",
        "productpage-v1.bookinfo",
        "reviews-v1.bookinfo",
        "reviews-v2.bookinfo",
      ],
    ],
    ["edsz?proxyID=reviews-v1.bookinfo", ["configs"]],
    ["config_dump?proxyID=reviews-v1.bookinfo&types=cds", ["configs"]],
    [
      "sidecarz?proxyID=reviews-v1.bookinfo",
      [
        "destinationRules",
        "egressListenerServices",
        "name",
        "namespace",
        "outboundTrafficPolicy",
        "services",
        "servicesByHostname",
        "sidecar",
        "version",
      ],
    ],
  ])("%s has today's keys", async (path, keys) => {
    const page = (await json("istiod-1:15014", `/debug/${path}`)) as object;
    expect(Object.keys(page).sort()).toEqual([...keys].sort());
  });

  test("istiod's dump is in camelCase, and limited to the types that were asked for", async () => {
    const { configs } = (await json(
      "istiod-1:15014",
      "/debug/config_dump?proxyID=productpage-v1.bookinfo&types=cds,rds",
    )) as Dump;
    // The resources alone, as the real one gives them: in no section of a dump.
    const types = configs.map((config) => config["@type"]);
    expect(new Set(types)).toEqual(
      new Set([
        "type.googleapis.com/envoy.config.cluster.v3.Cluster",
        "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
      ]),
    );
    expect(JSON.stringify(configs)).toContain('"altStatName"');
    expect(JSON.stringify(configs)).toContain('"filterMetadata":{"istio":');
  });

  test("adsz names what a proxy watches", async () => {
    const { clients } = (await json("istiod-1:15014", "/debug/adsz?proxyID=reviews-v1")) as {
      clients: { connectionId: string; watches: Record<string, string[]> }[];
    };
    expect(clients.map(({ connectionId }) => connectionId)).toEqual([
      expect.stringMatching(/^reviews-v1\.bookinfo-\d+$/),
    ]);
    expect(clients[0]!.watches).toMatchObject({
      "type.googleapis.com/envoy.config.route.v3.RouteConfiguration": expect.arrayContaining([
        "9080",
      ]) as string[],
      "type.googleapis.com/envoy.config.listener.v3.Listener": expect.arrayContaining([
        "virtualInbound",
      ]) as string[],
    });
  });

  test("names a host that two VirtualServices claim", async () => {
    store.put(virtualService("reviews-again", { hosts: ["reviews"], http: [{ route: [] }] }));
    expect(await json("istiod-1:15014", "/debug/push_status")).toMatchObject({
      pilot_vservice_dup_domain: {
        "reviews.bookinfo.svc.cluster.local:9080": {
          message: "duplicate domain from service: reviews.bookinfo.svc.cluster.local:9080",
        },
      },
    });
    const text = await (await network.get("istiod-1:15014", "/metrics")).text();
    expect(text).toContain("pilot_vservice_dup_domain 1\n");
  });

  test("ControlZ reads and sets the level of a scope", async () => {
    const levelOf = async () =>
      ((await json("istiod-1:9876", "/scopej/ads")) as { output_level: string }).output_level;
    expect(await levelOf()).toBe("info");
    const put = (body: string, scope = "ads") =>
      network.send("istiod-1:9876", `/scopej/${scope}`, body);
    const wish = { output_level: "debug", stack_trace_level: "none", log_callers: true };
    expect(await put(JSON.stringify(wish))).toBe(202);
    expect(await levelOf()).toBe("debug");
    expect(await put(JSON.stringify({ output_level: "loud" }))).toBe(400);
    expect(await put(JSON.stringify(wish), "nobody")).toBe(400);
    expect(await put("{")).toBe(400);
  });

  test("a pod that goes takes its pages with it", () => {
    expect(network.has("reviews-v2:15000")).toBe(true);
    store.delete("Pod", "bookinfo", "reviews-v2");
    expect(network.has("reviews-v2:15000")).toBe(false);
  });
});
