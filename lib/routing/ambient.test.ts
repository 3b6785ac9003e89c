import { describe, expect, it } from "vitest";
import { authorizer } from "@/lib/authz/authorizer";
import type { KubeObject } from "@/lib/k8s/object";
import { aMesh, anObject, aPod, aService, aSlice } from "@/lib/mesh/testing";
import { expectedWaypointPods, isCaptured } from "./ambient";
import { possibilities } from "./chance";
import { Journey } from "./journey";
import type { SentEvent, TunnelledEvent } from "./journey-setting";
import type { MeshRequest } from "./request";

type Labels = Readonly<Record<string, string>>;

const labelled = (object: KubeObject, labels: Labels): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
});
const namespace = (name: string, labels: Labels = {}): KubeObject =>
  labelled({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, labels);
const AMBIENT = { "istio.io/dataplane-mode": "ambient" };
const bare = (key: string, ip: string, labels: Labels = {}) =>
  aPod(key, { ip, sidecar: false, labels });

const WEB = bare("shop/web-v1", "10.0.0.9");
const CART = [bare("shop/cart-v1", "10.0.0.1"), bare("shop/cart-v2", "10.0.0.2")];
const waypoint = (labels: Labels = {}) =>
  labelled(
    {
      ...anObject("KubernetesGateway", "shop/way", {
        gatewayClassName: "istio-waypoint",
        listeners: [{ name: "mesh", port: 15_008, protocol: "HBONE" }],
      }),
      kind: "Gateway",
    },
    labels,
  );
const THROUGH = { "istio.io/use-waypoint": "way" };
const policy = (spec: object) => anObject("AuthorizationPolicy", "shop/policy", spec);

/** `web` and two versions of `cart`, all in an ambient namespace, with what else is given. */
function shop(objects: readonly KubeObject[], labels: Labels = {}): readonly KubeObject[] {
  return [
    namespace("shop", { ...AMBIENT, ...labels }),
    WEB,
    ...CART,
    aService("shop/cart"),
    aSlice("shop/cart", CART),
    ...objects,
  ];
}

/** Every way that a request can end, `status pod` with its share in percent, and who saw it. */
function asked(objects: readonly KubeObject[], more: Partial<MeshRequest> = {}, host = "cart") {
  const known = aMesh(...objects);
  const mesh = aMesh(...objects, ...expectedWaypointPods(known));
  const client = mesh.get("Pod", "shop", "web-v1") ?? WEB;
  const tunnelled: TunnelledEvent[] = [];
  const sent: SentEvent[] = [];
  const peers = new Set<string | undefined>();
  const ways = possibilities((chance) => {
    const journey = new Journey({
      chance,
      networkMs: 0,
      meshOf: () => mesh,
      admit: (view) => authorizer(view, { verify: () => false, now: () => 0 }),
      respond: () => ({ status: 200, durationMs: 1, bytes: 100 }),
      onTunnelled: (event) => tunnelled.push(event),
      onSent: (event) => sent.push(event),
    });
    const request = {
      port: 9080,
      method: "GET",
      scheme: "http" as const,
      authority: "cart:9080",
      path: "/",
      headers: {},
      ...more,
    };
    const result = journey.depart(client, host, request, { at: 0, depth: 0 });
    peers.add(result.reached?.peer);
    return `${result.status} ${result.reached?.pod?.metadata.name ?? "nobody"}`;
  });
  const shares: Record<string, number> = {};
  for (const { value, probability } of ways) {
    shares[value] = Math.round(((shares[value] ?? 0) + probability * 100) * 100) / 100;
  }
  const seen = new Set(
    tunnelled.map(
      ({ reporter, server, flag, mutualTls }) =>
        `${reporter} ${server.pod?.metadata.labels?.["app"] ?? server.pod?.metadata.name ?? "?"} ${flag} ${mutualTls ? "mtls" : "plain"}`,
    ),
  );
  return { shares, seen: [...seen].sort(), sent, peers: [...peers] };
}

const HALF = { "200 cart-v1": 50, "200 cart-v2": 50 };

describe("who is captured", () => {
  const captured = (pod: KubeObject, labels: Labels) =>
    isCaptured(aMesh(namespace("shop", labels), pod), pod);

  it("is a pod of an ambient namespace, unless it says no or has a sidecar", () => {
    expect(captured(WEB, AMBIENT)).toBe(true);
    expect(captured(WEB, {})).toBe(false);
    expect(captured(labelled(WEB, { "istio.io/dataplane-mode": "none" }), AMBIENT)).toBe(false);
    expect(captured(aPod("shop/web-v1", { ip: "10.0.0.9" }), AMBIENT)).toBe(false);
    expect(captured(labelled(WEB, AMBIENT), {})).toBe(true);
  });
});

describe("ztunnel without a waypoint", () => {
  it("carries bytes to any ready pod in mutual TLS, and both ends tell of it", () => {
    const { shares, seen, sent, peers } = asked(shop([]));
    expect(shares).toEqual(HALF);
    expect(seen).toEqual(["destination cart - mtls", "source cart - mtls"]);
    expect(peers).toEqual(["spiffe://cluster.local/ns/shop/sa/web"]);
    expect(sent).toEqual([]);
  });

  it("knows no routes", () => {
    const fault = { abort: { httpStatus: 418, percentage: { value: 100 } } };
    const rules = anObject("VirtualService", "shop/cart", {
      hosts: ["cart"],
      http: [{ fault, route: [{ destination: { host: "cart" } }] }],
    });
    expect(asked(shop([rules])).shares).toEqual(HALF);
  });

  it.each([
    ["a principal", { from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }] }, 200],
    [
      "another one",
      { from: [{ source: { principals: ["cluster.local/ns/shop/sa/x"] } }] },
      "error",
    ],
    ["a namespace", { from: [{ source: { namespaces: ["shop"] } }] }, 200],
    ["an address", { from: [{ source: { ipBlocks: ["10.0.0.9"] } }] }, 200],
    ["a port", { to: [{ operation: { ports: ["9080"] } }] }, 200],
    ["a method, which ztunnel cannot see", { to: [{ operation: { methods: ["GET"] } }] }, "error"],
    [
      "an address from a header",
      { from: [{ source: { remoteIpBlocks: ["0.0.0.0/0"] } }] },
      "error",
    ],
  ])("allows by %s", (_, rule, status) => {
    const { shares } = asked(shop([policy({ action: "ALLOW", rules: [rule] })]));
    const expected = status === 200 ? HALF : { "error nobody": 100 };
    expect(shares).toEqual(expected);
  });

  it("denies more than a rule says whose methods it cannot see, and flags it", () => {
    const rules = [
      {
        from: [{ source: { namespaces: ["shop"] } }],
        to: [{ operation: { methods: ["DELETE"] } }],
      },
    ];
    const { shares, seen } = asked(shop([policy({ action: "DENY", rules })]));
    expect(shares).toEqual({ "error nobody": 100 });
    expect(seen).toEqual(["destination cart DENY mtls", "source cart CONNECT mtls"]);
  });

  it("refuses plain text only where PeerAuthentication is STRICT", () => {
    const outsider = { namespace: "other" };
    const from = (...objects: readonly KubeObject[]) =>
      asked([
        ...shop([...objects]).filter((object) => object !== WEB),
        { ...WEB, metadata: { ...WEB.metadata, labels: { "istio.io/dataplane-mode": "none" } } },
        namespace(outsider.namespace),
      ]).shares;
    expect(from()).toEqual(HALF);
    const strict = anObject("PeerAuthentication", "shop/default", { mtls: { mode: "STRICT" } });
    expect(from(strict)).toEqual({ "error nobody": 100 });
  });

  it("is spoken to by sidecars in its own mutual TLS, whatever the mode", () => {
    const sidecar = aPod("shop/web-v1", { ip: "10.0.0.9" });
    const strict = anObject("PeerAuthentication", "shop/default", { mtls: { mode: "STRICT" } });
    const objects = shop([strict]).map((object) => (object === WEB ? sidecar : object));
    const { shares, seen, sent } = asked(objects);
    expect(shares).toEqual(HALF);
    expect(seen).toEqual(["destination cart - mtls"]);
    expect(sent.every(({ downstream }) => downstream === undefined)).toBe(true);
  });
});

describe("a waypoint", () => {
  const split = anObject("VirtualService", "shop/cart", {
    hosts: ["cart"],
    http: [
      {
        route: [
          { destination: { host: "cart", subset: "v1" }, weight: 90 },
          { destination: { host: "cart", subset: "v2" }, weight: 10 },
        ],
      },
    ],
  });
  const versions = anObject("DestinationRule", "shop/cart", {
    host: "cart",
    subsets: ["v1", "v2"].map((version) => ({ name: version, labels: { version } })),
  });

  it("routes requests to the Service, and speaks to its pods with its own identity", () => {
    const { shares, seen, sent, peers } = asked(shop([waypoint(), split, versions], THROUGH));
    expect(shares).toEqual({ "200 cart-v1": 90, "200 cart-v2": 10 });
    expect(seen).toEqual(["destination cart - mtls", "source way - mtls"]);
    expect(peers).toEqual(["spiffe://cluster.local/ns/shop/sa/way"]);
    expect(sent[0]?.downstream?.client?.metadata.name).toBe("web-v1");
    expect(sent[0]?.downstream?.service?.name).toBe("cart");
  });

  it("goes by the address that was dialled, not by the host that the request names", () => {
    const { shares } = asked(shop([waypoint(), split, versions], THROUGH), { authority: "x.y" });
    expect(shares).toEqual({ "200 cart-v1": 90, "200 cart-v2": 10 });
  });

  it("takes the HTTPRoutes of the Service", () => {
    const route = anObject("HTTPRoute", "shop/cart", {
      parentRefs: [{ kind: "Service", group: "", name: "cart", port: 9080 }],
      rules: [
        {
          filters: [{ type: "RequestRedirect", requestRedirect: { statusCode: 302 } }],
        },
      ],
    });
    expect(asked(shop([waypoint(), route], THROUGH)).shares).toEqual({ "302 nobody": 100 });
  });

  it.each([
    ["workload", HALF],
    ["none", HALF],
    ["all", { "200 cart-v1": 90, "200 cart-v2": 10 }],
  ])("for %s traffic serves requests to the Service accordingly", (serves, expected) => {
    const gateway = waypoint({ "istio.io/waypoint-for": serves });
    expect(asked(shop([gateway, split, versions], THROUGH)).shares).toEqual(expected);
  });

  it("for workloads stands before a pod that is dialled itself", () => {
    const gateway = waypoint({ "istio.io/waypoint-for": "workload" });
    const { shares, seen } = asked(shop([gateway], THROUGH), {}, "10.0.0.2");
    expect(shares).toEqual({ "200 cart-v2": 100 });
    expect(seen).toEqual(["destination cart - mtls", "source way - mtls"]);
  });

  it.each([
    ["by default", {}, { "200 cart-v1": 50, "200 cart-v2": 50 }, "ingress"],
    [
      "that ask for it",
      { "istio.io/ingress-use-waypoint": "true" },
      { "200 cart-v1": 90, "200 cart-v2": 10 },
      "way",
    ],
  ])("stands before gateways %s", (_, asks, expected, peer) => {
    const ingress = labelled(
      {
        ...aPod("shop/ingress", { ip: "10.0.0.8" }),
        spec: {
          serviceAccountName: "ingress",
          containers: [{ name: "istio-proxy", args: ["proxy", "router"] }],
        },
      },
      { istio: "ingressgateway", "istio.io/dataplane-mode": "none" },
    );
    const servers = [{ port: { number: 9080, name: "http", protocol: "HTTP" }, hosts: ["*"] }];
    const door = anObject("Gateway", "shop/door", {
      selector: { istio: "ingressgateway" },
      servers,
    });
    const enter = anObject("VirtualService", "shop/enter", {
      hosts: ["cart.test"],
      gateways: ["door"],
      http: [{ route: [{ destination: { host: "cart" } }] }],
    });
    const objects = shop([waypoint(), split, versions, ingress, door, enter], {
      ...THROUGH,
      ...asks,
    });
    const { shares, peers } = asked(objects, { authority: "cart.test" }, "10.0.0.8");
    expect(shares).toEqual(expected);
    expect(peers).toEqual([`spiffe://cluster.local/ns/shop/sa/${peer}`]);
  });

  it("of a name that nobody has is none, and one without ready pods lets nothing through", () => {
    expect(asked(shop([split, versions], THROUGH)).shares).toEqual(HALF);
    const [pod] = expectedWaypointPods(aMesh(...shop([waypoint()], THROUGH)));
    const gone = { ...pod, status: { phase: "Pending", podIP: "10.0.0.77" } } as KubeObject;
    expect(asked(shop([waypoint(), gone], THROUGH)).shares).toEqual({ "error nobody": 100 });
  });

  it.each([
    ["Service", { group: "", kind: "Service", name: "cart" }, 403],
    ["another Service", { group: "", kind: "Service", name: "x" }, 200],
    ["the Gateway", { group: "gateway.networking.k8s.io", kind: "Gateway", name: "way" }, 403],
  ])("denies by a policy for %s, reading HTTP", (_, ref, status) => {
    const rules = [{ to: [{ operation: { methods: ["GET"] } }] }];
    const denied = policy({ action: "DENY", targetRefs: [ref], rules });
    const { shares, sent } = asked(shop([waypoint(), denied], THROUGH));
    expect(shares).toEqual(status === 403 ? { "403 nobody": 100 } : HALF);
    if (status === 403) {
      expect(sent[0]?.log.details).toBe(
        "rbac_access_denied_matched_policy[ns[shop]-policy[policy]-rule[0]]",
      );
    }
    const post = asked(shop([waypoint(), denied], THROUGH), { method: "POST" });
    expect(post.shares).toEqual(HALF);
  });

  it("is who a policy for the workload sees", () => {
    const web = { from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }] };
    const refused = asked(shop([waypoint(), policy({ rules: [web] })], THROUGH));
    expect(refused.shares).toEqual({ "503 nobody": 100 });
    expect(refused.sent[0]?.log.flags).toEqual(["UC"]);
    const way = { from: [{ source: { principals: ["cluster.local/ns/shop/sa/way"] } }] };
    const allowed = asked(shop([waypoint(), policy({ rules: [way] })], THROUGH));
    expect(allowed.shares).toEqual(HALF);
  });
});
