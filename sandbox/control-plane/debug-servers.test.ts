import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "@/sandbox/clock";
import type { PodNetwork } from "@/sandbox/contracts";
import { type ControlPlane, startControlPlane } from "./start-control-plane";
import {
  destinationRule,
  gateway,
  gatewayPod,
  gatewayService,
  istiodPod,
  memoryStore,
  peerAuthentication,
  service,
  sidecarPod,
  slice,
  virtualService,
} from "./testing";

/** Pods' servers on ports of this machine, as the port-forward of the API would reach them. */
class LoopbackNetwork implements PodNetwork {
  private readonly servers = new Map<string, Server>();

  serve(pod: { namespace: string; name: string; port: number }, handler: RequestListener) {
    const key = `${pod.name}:${pod.port}`;
    const server = createServer(handler);
    this.servers.set(key, server);
    return () => {
      this.servers.delete(key);
      server.close();
      server.closeAllConnections();
    };
  }

  async get(target: string, path: string, method = "GET"): Promise<Response> {
    const server = this.servers.get(target);
    if (!server) throw new Error(`nothing serves ${target}`);
    if (!server.listening) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}${path}`, { method });
  }

  /** The status of a PUT. */
  async send(target: string, path: string, body: string): Promise<number> {
    await this.get(target, path);
    const { port } = this.servers.get(target)!.address() as AddressInfo;
    return (await fetch(`http://127.0.0.1:${port}${path}`, { method: "PUT", body })).status;
  }

  has = (target: string): boolean => this.servers.has(target);
}

interface Dump {
  readonly configs: readonly Record<string, unknown>[];
}

const reviews = virtualService("reviews", {
  hosts: ["reviews"],
  http: [
    {
      name: "canary",
      match: [{ headers: { "end-user": { exact: "jason" } } }],
      route: [{ destination: { host: "reviews", subset: "v2" } }],
    },
    {
      route: [
        { destination: { host: "reviews", subset: "v1" }, weight: 80 },
        { destination: { host: "reviews", subset: "v2" }, weight: 20 },
      ],
    },
  ],
});
const bookinfo = virtualService("bookinfo", {
  hosts: ["*"],
  gateways: ["bookinfo-gateway"],
  http: [
    {
      match: [{ uri: { exact: "/productpage" } }],
      route: [{ destination: { host: "productpage", port: { number: 9080 } } }],
    },
  ],
});

let network: LoopbackNetwork;
let clock: ManualClock;
let plane: ControlPlane;
let store: ReturnType<typeof memoryStore>;

beforeEach(() => {
  network = new LoopbackNetwork();
  clock = manualClock();
  store = memoryStore([
    istiodPod("istiod-1"),
    sidecarPod("productpage-v1", { ip: "10.0.0.1", labels: { app: "productpage", version: "v1" } }),
    sidecarPod("reviews-v1", { ip: "10.0.0.2", labels: { app: "reviews", version: "v1" } }),
    sidecarPod("reviews-v2", { ip: "10.0.0.3", labels: { app: "reviews", version: "v2" } }),
    gatewayPod("ingress"),
    gatewayService,
    service("productpage", "10.96.0.1"),
    service("reviews", "10.96.0.2"),
    slice("productpage", [["productpage-v1", "10.0.0.1"]]),
    slice("reviews", [
      ["reviews-v1", "10.0.0.2"],
      ["reviews-v2", "10.0.0.3"],
    ]),
    destinationRule("reviews", ["v1", "v2"]),
    peerAuthentication("STRICT"),
    gateway("bookinfo-gateway"),
    reviews,
    bookinfo,
  ]);
  plane = startControlPlane({
    store,
    clock,
    network,
    seed: 1,
    trafficStats: {
      endpoint: (_pod, cluster, address) =>
        cluster === "outbound|9080|v1|reviews.bookinfo.svc.cluster.local"
          ? { requests: address === "10.0.0.2" ? 40 : 0, errors: 3, active: 1 }
          : { requests: 0, errors: 0, active: 0 },
    },
  });
  clock.advance(1000);
});

afterEach(() => {
  plane.stop();
});

const json = async (target: string, path: string): Promise<unknown> =>
  (await network.get(target, path)).json();

async function dumpOf(pod: string): Promise<Map<string, Record<string, unknown>>> {
  const dump = (await json(`${pod}:15000`, "/config_dump?include_eds")) as Dump;
  return new Map(
    dump.configs.map((config) => [
      /v3\.(\w+)ConfigDump$/.exec(String(config["@type"]))![1]!,
      config,
    ]),
  );
}

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
    ["push_status", []],
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
    expect(configs.map((config) => Object.keys(config).sort())).toEqual([
      ["@type", "dynamicActiveClusters"],
      ["@type", "dynamicRouteConfigs"],
    ]);
    expect(JSON.stringify(configs)).toContain('"altStatName"');
    expect(JSON.stringify(configs)).toContain('"filterMetadata":{"istio":');
  });

  test("names a host that two VirtualServices claim", async () => {
    store.put(virtualService("reviews-again", { hosts: ["reviews"], http: [] }));
    expect(await json("istiod-1:15014", "/debug/push_status")).toEqual({
      pilot_vservice_dup_domain: {
        reviews: { message: "duplicate domain from virtual service: reviews-again" },
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
});
