import { describe, expect, it, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { aMesh, anObject, aPod, aService, aSlice } from "@/lib/mesh/testing";
import { inbounds } from "./inbound";
import type { MeshRequest } from "./request";
import { decided } from "./testing";

const REVIEWS = [aPod("shop/reviews-v1", { ip: "10.0.0.1" })];
const PAYMENTS = [aPod("bank/payments-v1", { ip: "10.0.0.5" })];
const base = [
  aPod("shop/web-v1", { ip: "10.0.0.9" }),
  ...REVIEWS,
  ...PAYMENTS,
  aService("shop/reviews"),
  aService("bank/payments"),
  aSlice("shop/reviews", REVIEWS),
  aSlice("bank/payments", PAYMENTS),
];
const sidecar = (...egress: readonly object[]) => anObject("Sidecar", "shop/default", { egress });
const clusterOf = (objects: readonly KubeObject[], request: Partial<MeshRequest> = {}) =>
  decided(aMesh(...base, ...objects), request).cluster;

describe("a Sidecar's listener with a port", () => {
  const own = { hosts: ["./*"], port: { number: 9080, protocol: "HTTP", name: "http" } };
  const rest = { hosts: ["*/*"] };
  const payments = { authority: "payments.bank:9080" };

  it("knows what it imports, whatever other listeners do", () => {
    expect(clusterOf([sidecar(own, rest)])).toBe("outbound|9080||reviews.shop.svc.cluster.local");
    expect(clusterOf([sidecar(own, rest)], payments)).toBe("PassthroughCluster");
  });

  it("that is bound to an address takes what goes there alone, but decides for all", () => {
    const bound = { ...own, bind: "127.0.0.1" };
    expect(clusterOf([sidecar(bound)])).toBe("PassthroughCluster");
    expect(decided(aMesh(...base, sidecar(bound))).table).toBeUndefined();
    expect(clusterOf([sidecar(bound)], { address: "127.0.0.1" })).toContain("reviews.shop");
    expect(clusterOf([sidecar(bound, rest)])).toContain("reviews.shop");
    expect(clusterOf([sidecar(bound, rest)], payments)).toBe("PassthroughCluster");
  });

  it("for TCP looks into nothing", () =>
    expect(
      decided(aMesh(...base, sidecar({ ...own, port: { ...own.port, protocol: "TCP" } }))),
    ).toMatchObject({
      table: undefined,
      cluster: "outbound|9080||reviews.shop.svc.cluster.local",
    }));
});

test.each([
  [["*/*", "~bank/*"], "PassthroughCluster"],
  [
    ["*/*", "~bank/reviews.bank.svc.cluster.local"],
    "outbound|9080||payments.bank.svc.cluster.local",
  ],
  [["~/*", "bank/*"], "PassthroughCluster"],
])("hosts %j lead requests for payments to %s", (hosts, expected) =>
  expect(clusterOf([sidecar({ hosts })], { authority: "payments.bank:9080" })).toBe(expected),
);

test("bytes that are no HTTP fall through a listener of HTTP", () => {
  const request = { protocol: "tcp" as const };
  expect(clusterOf([], request)).toBe("PassthroughCluster");
  const strict = anObject("Sidecar", "shop/default", {
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
  });
  expect(clusterOf([strict], request)).toBe("BlackHoleCluster");
});

describe("where a Sidecar leaves the destination of a route out", () => {
  const to = (http: object, more: object = {}) =>
    anObject("VirtualService", "shop/reviews", { hosts: ["reviews"], http: [http], ...more });
  const payments = { route: [{ destination: { host: "payments.bank.svc.cluster.local" } }] };
  const scope = sidecar({ hosts: ["./*"] });
  const PAID = "outbound|9080||payments.bank.svc.cluster.local";

  it("it is known because of the route", () => expect(clusterOf([scope, to(payments)])).toBe(PAID));
  it("it is known because of a delegate's route", () => {
    const delegate = anObject("VirtualService", "bank/part", { http: [payments] });
    const root = to({ delegate: { name: "part", namespace: "bank" } });
    expect(clusterOf([scope, root, delegate])).toBe(PAID);
  });
  it("it is unknown where a match of the route names another namespace alone", () => {
    const match = [{ sourceNamespace: "bank" }, { uri: { prefix: "/" } }];
    const { cluster, action } = decided(aMesh(...base, scope, to({ match, ...payments })));
    expect(cluster).toBeUndefined();
    expect(action).toMatchObject({ status: 503, flags: ["NC"] });
  });
});

describe("names of a service", () => {
  it("may end with a dot", () =>
    expect(clusterOf([], { authority: "reviews.shop.svc.cluster.local." })).toContain("reviews"));

  it("are those of ExternalName Services that stand for it, too", () => {
    const alias = anObject("Service", "bank/old", {
      type: "ExternalName",
      externalName: "reviews.shop.svc.cluster.local",
      ports: [{ name: "http", port: 9080 }],
    });
    expect(clusterOf([alias], { authority: "old.bank:9080" })).toBe(
      "outbound|9080||reviews.shop.svc.cluster.local",
    );
    const route = anObject("VirtualService", "shop/reviews", {
      hosts: ["reviews"],
      http: [{ route: [{ destination: { host: "old.bank.svc.cluster.local" } }] }],
    });
    expect(clusterOf([alias, route])).toBe("outbound|9080||reviews.shop.svc.cluster.local");
  });

  it("that is the full name of another are that one's", () => {
    const entry = anObject("ServiceEntry", "shop/entry", {
      hosts: ["reviews.shop"],
      ports: [{ number: 9080, name: "http", protocol: "HTTP" }],
      resolution: "STATIC",
      endpoints: [{ address: "10.9.9.9" }],
    });
    const route = anObject("VirtualService", "shop/reviews", {
      hosts: ["reviews"],
      http: [{ route: [{ destination: { host: "reviews" } }] }],
    });
    expect(clusterOf([entry, route], { authority: "reviews.shop:9080" })).toBe(
      "outbound|9080||reviews.shop",
    );
  });
});

test("ServiceEntries of one host are one: their endpoints serve every port of the same name", () => {
  const entry = (name: string, port: number, address: string) =>
    anObject("ServiceEntry", `shop/${name}`, {
      hosts: ["api.test"],
      ports: [{ number: port, name: "http", protocol: "HTTP" }],
      resolution: "STATIC",
      endpoints: [{ address }],
    });
  const entries = [entry("a", 80, "10.1.1.1"), entry("b", 8080, "10.2.2.2")];
  const reached = (port: number) => {
    const { action, cluster } = decided(aMesh(...base, ...entries), {
      authority: "api.test",
      port,
    });
    if (action.type !== "forward") throw new Error(`not forwarded: ${cluster}`);
    return [cluster, ...action.endpoints.map(({ address, port: to }) => `${address}:${to}`)];
  };
  const both = ["10.1.1.1:80", "10.2.2.2:8080"];
  expect(reached(80)).toEqual(["outbound|80||api.test", ...both]);
  expect(reached(8080)).toEqual(["outbound|8080||api.test", ...both]);
});

test("a Sidecar's ingress says what the ports of its pod are, and where they lead", () => {
  const ingress = [
    { port: { number: 9080, protocol: "TCP", name: "tcp" }, defaultEndpoint: "127.0.0.1:8080" },
  ];
  const mesh = aMesh(...base, anObject("Sidecar", "shop/default", { ingress }));
  const [reviews = base[0]] = REVIEWS;
  const of = mesh.derive(inbounds);
  expect(reviews && of(reviews, 9080)).toMatchObject({
    protocol: "tcp",
    cluster: "inbound|9080||",
    applicationPort: 8080,
  });
  expect(reviews && of(reviews, 80)?.cluster).toBe("InboundPassthroughCluster");
});

test("a Service that keeps to the node is reached there alone", () => {
  const on = (pod: KubeObject, nodeName: string): KubeObject => ({
    ...pod,
    spec: { ...(pod["spec"] as object), nodeName },
  });
  const pods = [
    on(aPod("shop/cart-v1", { ip: "10.0.1.1" }), "a"),
    on(aPod("shop/cart-v2", { ip: "10.0.1.2" }), "b"),
  ];
  const service = aService("shop/cart");
  const local = {
    ...service,
    spec: { ...(service["spec"] as object), internalTrafficPolicy: "Local" },
  };
  const mesh = aMesh(
    on(aPod("shop/web-v1", { ip: "10.0.0.9" }), "b"),
    ...pods,
    local,
    aSlice("shop/cart", pods),
  );
  const { action } = decided(mesh, { authority: "cart:9080" });
  expect(action.type === "forward" && action.endpoints.map(({ address }) => address)).toEqual([
    "10.0.1.2",
  ]);
});

test("a wildcard of a VirtualService that fits a service makes no host of its own", () => {
  const entry = anObject("ServiceEntry", "shop/entry", {
    hosts: ["api.example.test"],
    ports: [{ number: 9080, name: "http", protocol: "HTTP" }],
    resolution: "STATIC",
    endpoints: [{ address: "10.9.9.9" }],
  });
  const to = (name: string, host: string) =>
    anObject("VirtualService", `shop/${name}`, {
      hosts: [host],
      http: [{ route: [{ destination: { host: "reviews" } }] }],
    });
  const other = { authority: "other.example.test:9080" };
  const both = [entry, to("exact", "api.example.test"), to("wild", "*.example.test")];
  expect(clusterOf(both, other)).toBe("PassthroughCluster");
  expect(clusterOf([to("wild", "*.shop.svc.cluster.local")])).toContain("reviews");
});
