import { describe, expect, it } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject, aPod, aService } from "@/lib/mesh/testing";
import { sampling } from "./chance";
import { Journey } from "./journey";
import { aRequest, shop, to } from "./testing";

const V2 = "outbound|9080|v2|reviews.shop.svc.cluster.local";
const edge = (): KubeObject => ({
  ...aPod("infra/edge-v1", { ip: "10.0.2.1" }),
  spec: { containers: [{ name: "istio-proxy", args: ["proxy", "router"] }] },
});
const server = (protocol: string, mode: string | undefined, ...hosts: readonly string[]) => ({
  port: { number: 8443, name: "x", protocol },
  hosts,
  ...(mode && { tls: { mode, credentialName: "c" } }),
});
const gateway = (...servers: readonly object[]) =>
  anObject("Gateway", "shop/gw", { selector: { app: "edge" }, servers });
const service = (hosts: readonly string[], spec: object) =>
  anObject("VirtualService", "shop/a", { hosts, gateways: ["gw"], ...spec });
const http = (hosts = ["a.test"]) => service(hosts, { http: [to("v2")] });

/** What `web` gets from the gateway's pod, and by which cluster the gateway sends it on. */
function asked(objects: readonly KubeObject[], request: object, host = "10.0.2.1") {
  const mesh = shop(edge(), ...objects);
  const pod = mesh.get("Pod", "shop", "web-v1");
  if (!pod) throw new Error("there is no client");
  const clusters: (string | undefined)[] = [];
  const journey = new Journey({
    chance: sampling(() => 0),
    networkMs: 0,
    meshOf: () => mesh,
    admit: () => (arrival) => ({
      refusal: undefined,
      headers: {},
      path: arrival.path,
      claims: undefined,
    }),
    respond: () => ({ status: 200, durationMs: 0, bytes: 0 }),
    onSent: ({ proxy, log }) => {
      if (proxy.type === "router") clusters.push(log.cluster);
    },
  });
  const full = aRequest({ port: 8443, authority: "a.test", ...request });
  const { status, log } = journey.depart(pod, host, full, { at: 0, depth: 0 });
  return { status, cluster: clusters[0], flags: log?.flags.join() };
}
const tls = (sni: string | undefined, more: object = {}) => ({
  protocol: "tls",
  scheme: "https",
  sni,
  ...more,
});

describe("a server that ends TLS", () => {
  const simple = gateway(server("HTTPS", "SIMPLE", "a.test", "*.b.test"));
  it("takes what asks for one of its hosts, and routes it as HTTP", () => {
    expect(asked([simple, http()], tls("a.test"))).toMatchObject({ status: 200, cluster: V2 });
    expect(asked([simple, http()], tls("x.b.test")).status).toBe(200);
  });

  it("breaks off whatever asks for another name, for none, or for no TLS", () => {
    expect(asked([simple, http()], tls("c.test"))).toMatchObject({ status: "error" });
    expect(asked([simple, http()], tls(undefined))).toMatchObject({ status: "error" });
    expect(asked([simple, http()], {}).status).toBe("error");
  });

  it("answers 404 to a host that no VirtualService takes", () =>
    expect(asked([simple, http()], tls("a.test", { authority: "z.test" })).status).toBe(404));

  it.each([
    ["MUTUAL", "error"],
    ["ISTIO_MUTUAL", "error"],
    ["OPTIONAL_MUTUAL", 200],
  ])("of mode %s gives a client without certificate %s", (mode, status) =>
    expect(asked([gateway(server("HTTPS", mode, "*")), http()], tls("a.test")).status).toBe(status),
  );

  it("keeps the routes of several servers on a port apart by the names they serve", () => {
    const both = gateway(server("HTTPS", "SIMPLE", "*.test"), server("HTTPS", "MUTUAL", "a.test"));
    expect(asked([both, http()], tls("a.test")).status).toBe("error");
    expect(asked([both, http()], tls("b.test")).status).toBe(200);
  });
});

describe("a server that passes TLS through", () => {
  const through = gateway(server("TLS", "PASSTHROUGH", "*.test"));
  const route = { destination: { host: "reviews", subset: "v2", port: { number: 9080 } } };
  const routes = service(["a.test"], {
    tls: [{ match: [{ sniHosts: ["a.test"] }], route: [route] }],
  });
  it("goes by the name alone", () => {
    expect(asked([through, routes], tls("a.test"))).toMatchObject({ status: 200, cluster: V2 });
    expect(asked([through, routes], tls("b.test")).status).toBe("error");
  });

  it("needs no route where the name is that of a cluster", () => {
    const auto = gateway(server("TLS", "AUTO_PASSTHROUGH", "*.local"));
    const sni = "outbound_.9080_.v2_.reviews.shop.svc.cluster.local";
    expect(asked([auto], tls(sni))).toMatchObject({ cluster: V2 });
    expect(asked([auto], tls("reviews.local")).status).toBe("error");
  });
});

describe("a server of TCP", () => {
  const tcp = gateway(server("TCP", undefined, "*"));
  const route = { destination: { host: "reviews", subset: "v2", port: { number: 9080 } } };
  it("sends all bytes by routes of TCP", () => {
    const routes = service(["*"], { tcp: [{ match: [{ port: 8443 }], route: [route] }] });
    expect(asked([tcp, routes], { protocol: "tcp" })).toMatchObject({ status: "tcp", cluster: V2 });
  });

  it("hangs up where no route takes them", () => {
    const routes = service(["*"], { tcp: [{ match: [{ port: 1 }], route: [route] }] });
    expect(asked([tcp, routes], { protocol: "tcp" }).status).toBe("error");
  });

  it("has the routes of TCP where its TLS ends", () => {
    const ending = gateway(server("TLS", "SIMPLE", "a.test"));
    const routes = service(["a.test"], { tcp: [{ route: [route] }] });
    expect(asked([ending, routes], tls("a.test"))).toMatchObject({ status: 200, cluster: V2 });
  });
});

describe("a sidecar that sends a gateway TLS of its own", () => {
  const gatewayService = {
    ...aService("infra/edge", 8443),
    spec: { ...(aService("infra/edge", 8443)["spec"] as object), clusterIP: "10.96.7.7" },
  };
  const slice = anObject("EndpointSlice", "infra/edge-x");
  const endpoints = {
    ...slice,
    metadata: { ...slice.metadata, labels: { "kubernetes.io/service-name": "edge" } },
    ports: [{ name: "http", port: 8443, protocol: "TCP" }],
    endpoints: [
      {
        addresses: ["10.0.2.1"],
        conditions: { ready: true },
        targetRef: { kind: "Pod", name: "edge-v1", namespace: "infra" },
      },
    ],
  };
  const rule = (spec: object) =>
    anObject("DestinationRule", "infra/edge", {
      host: "edge.infra.svc.cluster.local",
      trafficPolicy: { tls: spec },
    });
  const at = (mode: string, spec: object) =>
    asked(
      [
        gateway(server("HTTPS", mode, "a.test")),
        http(["*"]),
        gatewayService,
        endpoints,
        rule(spec),
      ],
      { authority: "edge.infra" },
      "edge.infra",
    );
  it("is let in by the name that its DestinationRule gives", () => {
    const mutual = { mode: "ISTIO_MUTUAL", sni: "a.test" };
    expect(at("ISTIO_MUTUAL", mutual)).toMatchObject({ status: 404 });
    expect(at("ISTIO_MUTUAL", { mode: "ISTIO_MUTUAL" })).toMatchObject({ status: 503 });
  });

  it("is hung up upon in plain text", () =>
    expect(at("SIMPLE", { mode: "DISABLE" })).toMatchObject({ status: 503, flags: "UC" }));
});
