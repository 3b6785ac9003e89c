import { describe, expect, it, test } from "vitest";
import { anObject, aPod, aService, aSlice } from "@/lib/mesh/testing";
import { sampling } from "./chance";
import { decided, routes, shop, to } from "./testing";

const V = (subset: string) => `outbound|9080|${subset}|reviews.shop.svc.cluster.local`;
const meshConfig = (text: string) => ({
  ...anObject("ConfigMap", "istio-system/istio"),
  data: { mesh: text },
});

describe("a match", () => {
  const cases: [string, object, object, boolean][] = [
    ["exact uri", { uri: { exact: "/a" } }, { path: "/a?q=1" }, true],
    ["exact uri, longer path", { uri: { exact: "/a" } }, { path: "/ab" }, false],
    ["a prefix is a prefix of text", { uri: { prefix: "/a" } }, { path: "/ab" }, true],
    ["a regex must match whole", { uri: { regex: "/a" } }, { path: "/ab" }, false],
    ["a regex sees no query", { uri: { regex: "/a.*z" } }, { path: "/abz?q" }, true],
    ["case counts", { uri: { exact: "/A" } }, { path: "/a" }, false],
    ["unless it is ignored", { uri: { prefix: "/A" }, ignoreUriCase: true }, { path: "/a" }, true],
    ["but never for a regex", { uri: { regex: "/A" }, ignoreUriCase: true }, { path: "/a" }, false],
    ["method", { method: { exact: "GET" } }, { method: "POST" }, false],
    ["authority", { authority: { prefix: "reviews" } }, {}, true],
    ["header", { headers: { "End-User": { exact: "j" } } }, { headers: { "end-user": "j" } }, true],
    ["header that is absent", { headers: { x: { exact: "j" } } }, {}, false],
    ["an empty match is presence", { headers: { x: {} } }, { headers: { x: "" } }, true],
    ["so is the regex *", { headers: { x: { regex: "*" } } }, {}, false],
    ["withoutHeaders", { withoutHeaders: { x: { exact: "j" } } }, { headers: { x: "j" } }, false],
    ["withoutHeaders, absent", { withoutHeaders: { x: { exact: "j" } } }, {}, true],
    ["query parameter", { queryParams: { q: { exact: "1" } } }, { path: "/?p=2&q=1" }, true],
    ["query parameter, other", { queryParams: { q: { prefix: "2" } } }, { path: "/?q=1" }, false],
    ["scheme", { scheme: { exact: "https" } }, {}, false],
    ["labels of the client", { sourceLabels: { app: "web" } }, {}, true],
    ["labels of others", { sourceLabels: { app: "other" } }, {}, false],
    [
      "labels count not beside gateways",
      { sourceLabels: { app: "x" }, gateways: ["mesh"] },
      {},
      true,
    ],
    ["gateways without the mesh", { gateways: ["edge"] }, {}, false],
    ["namespace of the client", { sourceNamespace: "bank" }, {}, false],
    ["port", { port: 9080 }, {}, true],
    ["another port", { port: 80 }, {}, false],
    ["all fields together", { uri: { prefix: "/" }, method: { exact: "PUT" } }, {}, false],
    ["a regex that RE2 refuses", { uri: { regex: "(?=a)" } }, {}, false],
  ];
  it.each(cases)("%s", (_, match, request, matches) => {
    const mesh = shop(routes(to("v2", { match: [match] }), to("v1")));
    expect(decided(mesh, request).cluster).toBe(V(matches ? "v2" : "v1"));
  });
});

test("the first route that matches wins, the alternatives of one route are as good", () => {
  const match = [{ uri: { exact: "/x" } }, { uri: { exact: "/y" } }];
  const mesh = shop(routes(to("v2", { match, name: "xy" }), to("v1", { name: "rest" })));
  expect(decided(mesh, { path: "/y" })).toMatchObject({ cluster: V("v2"), routeName: "xy" });
  expect(decided(mesh, { path: "/z" })).toMatchObject({ cluster: V("v1"), routeName: "rest" });
});

test("no route that matches is 404 NR", () => {
  const mesh = shop(routes(to("v1", { match: [{ uri: { exact: "/x" } }] })));
  expect(decided(mesh)).toMatchObject({
    cluster: undefined,
    action: { type: "answer", status: 404, flags: ["NR"], details: "route_not_found" },
  });
});

test("weights are shares of their sum; none is chosen with 0", () => {
  const route = [3, 0, 1].map((weight, index) => ({
    destination: { host: "reviews", subset: ["v1", "none", "v2"][index] },
    weight,
  }));
  const mesh = shop(routes({ route }));
  const at = (draw: number) => decided(mesh, {}, { draw }).cluster;
  expect([0, 0.74, 0.76, 0.999].map(at)).toEqual([V("v1"), V("v1"), V("v2"), V("v2")]);
});

test("an only destination gets all, whatever its weight", () => {
  const route = [{ destination: { host: "reviews", subset: "v1" }, weight: 0 }];
  expect(decided(shop(routes({ route }))).cluster).toBe(V("v1"));
});

test.each([
  ["an unknown subset", { host: "reviews", subset: "v9" }],
  ["an unknown host", { host: "reveiws" }],
  ["a host with a dot, which is never completed", { host: "reviews.shop" }],
  ["an unknown port", { host: "reviews", port: { number: 81 } }],
])("%s is 503 NC", (_, destination) => {
  expect(decided(shop(routes({ route: [{ destination }] })))).toMatchObject({
    cluster: undefined,
    action: { status: 503, flags: ["NC"], details: "cluster_not_found" },
  });
});

test("a subset without pods has nothing to try", () => {
  const { cluster, action } = decided(shop(routes(to("none"))));
  expect(cluster).toBe(V("none"));
  expect(action).toMatchObject({ type: "forward", endpoints: [] });
});

test("without a VirtualService Istio's default route leads to all pods", () => {
  const { routeName, cluster, virtualHost, action } = decided(shop());
  expect({ routeName, cluster, virtualHost }).toEqual({
    routeName: "default",
    cluster: V(""),
    virtualHost: "reviews.shop.svc.cluster.local:9080",
  });
  expect(action.type === "forward" && action.endpoints.length).toBe(2);
});

describe("a virtual host", () => {
  const mesh = shop(aPod("bank/teller-v1", { ip: "10.0.1.1" }));
  it.each([
    ["reviews", true],
    ["REVIEWS.shop:1234", true],
    ["reviews.shop.svc", true],
    ["reviews.shop.svc.cluster.local:9080", true],
    ["other", false],
  ])("of shop answers to %s: %s", (authority, known) =>
    expect(decided(mesh, { authority }).cluster === V("")).toBe(known),
  );
  it("has no short name for clients of other namespaces", () => {
    const from = "bank/teller-v1";
    expect(decided(mesh, { authority: "reviews" }, { from }).cluster).toBe("PassthroughCluster");
    expect(decided(mesh, { authority: "reviews.shop" }, { from }).cluster).toBe(V(""));
  });
});

test("of two VirtualServices for one host the older wins whole", () => {
  const younger = anObject("VirtualService", "shop/b", { hosts: ["reviews"], http: [to("v2")] });
  const older = routes(to("v1", { match: [{ uri: { exact: "/x" } }] }));
  expect(decided(shop(older, younger), { path: "/y" }).action).toMatchObject({ status: 404 });
});

test("an exact host goes before a wildcard, however young", () => {
  const wildcard = anObject("VirtualService", "shop/a", { hosts: ["*.local"], http: [to("v2")] });
  expect(decided(shop(wildcard)).cluster).toBe(V("v2"));
  expect(decided(shop(wildcard, routes(to("v1")))).cluster).toBe(V("v1"));
});

test("a VirtualService of a gateway alone means nothing to sidecars", () => {
  const spec = { hosts: ["reviews"], gateways: ["edge"], http: [to("v2")] };
  expect(decided(shop(anObject("VirtualService", "shop/a", spec))).routeName).toBe("default");
});

test("a redirect and a direct response are the proxy's own answers", () => {
  const redirect = { redirect: { authority: "other.test", redirectCode: 302 } };
  expect(decided(shop(routes(redirect)), { path: "/a?b" }).action).toMatchObject({
    status: 302,
    details: "direct_response",
    headers: { location: "http://other.test/a?b" },
  });
  const direct = { directResponse: { status: 418, body: { string: "tea" } } };
  expect(decided(shop(routes(direct))).action).toMatchObject({ status: 418, body: "tea" });
});

describe("faults", () => {
  const fault = {
    delay: { fixedDelay: "5s", percentage: { value: 20 } },
    abort: { httpStatus: 500, percentage: { value: 50 } },
  };
  const mesh = shop(routes(to("v1", { fault })));
  it("are injected by their percentages", () => {
    const at = (delay: number, abort: number) =>
      decided(mesh, {}, { draw: sampling((what) => (what === "delay" ? delay : abort)) });
    expect(at(0.19, 0.6)).toMatchObject({ delayMs: 5000, action: { type: "forward" } });
    expect(at(0.2, 0.49)).toMatchObject({
      delayMs: 0,
      cluster: V("v1"),
      action: { status: 500, flags: ["FI"], details: "fault_filter_abort" },
    });
    expect(at(0.1, 0.1)).toMatchObject({ delayMs: 5000, action: { flags: ["DI", "FI"] } });
  });
  it("happen to nobody without a percentage", () => {
    const none = { delay: { fixedDelay: "5s" }, abort: { httpStatus: 500 } };
    expect(decided(shop(routes(to("v1", { fault: none }))))).toMatchObject({
      delayMs: 0,
      action: { type: "forward" },
    });
  });
});

test("rewrite, headers, timeout, retries and mirrors go along", () => {
  const mesh = shop(
    routes(
      to("v1", {
        match: [{ uri: { prefix: "/old" } }],
        rewrite: { uri: "/new", authority: "other.test" },
        headers: { request: { set: { "X-A": "1" }, remove: ["x-b"] } },
        timeout: "2s",
        retries: { attempts: 3, perTryTimeout: "1s", retryOn: "5xx,418" },
        mirror: { host: "reviews", subset: "v2" },
      }),
    ),
  );
  const { action } = decided(mesh, { path: "/old/x?q", headers: { "x-b": "2" } });
  expect(action).toMatchObject({
    path: "/new/x?q",
    authority: "other.test",
    requestHeaders: { "x-a": "1", "x-b": null },
    timeoutMs: 2000,
    retry: { retries: 3, perTryTimeoutMs: 1000, statuses: new Set([418]) },
    mirrors: [{ name: V("v2") }],
  });
});

describe("a host that nobody knows", () => {
  it("is reached past the mesh, in plain text", () =>
    expect(decided(shop(), { authority: "example.com" })).toMatchObject({
      routeName: "allow_any",
      cluster: "PassthroughCluster",
      action: { endpoints: [{ address: "example.com", pod: undefined }] },
    }));
  it("is refused where only the registry may be reached", () =>
    expect(
      decided(shop(meshConfig("outboundTrafficPolicy: {mode: REGISTRY_ONLY}")), {
        authority: "example.com",
      }),
    ).toMatchObject({ routeName: "block_all", action: { status: 502 } }));
  it("on a port without listener is only bytes", () => {
    expect(decided(shop(), { authority: "a.com", port: 1234 })).toMatchObject({
      cluster: "PassthroughCluster",
      action: { type: "forward", protocol: "tcp" },
    });
  });
});

test("the bytes of a TCP port go to its cluster unread", () => {
  const pod = aPod("shop/db-v1", { ip: "10.0.0.7" });
  const slice = aSlice("shop/db", [pod], 5432);
  const mesh = shop(aService("shop/db", 5432, "tcp"), pod, {
    ...slice,
    ports: [{ name: "tcp", port: 5432 }],
  });
  expect(decided(mesh, { authority: "db:5432", port: 5432 })).toMatchObject({
    cluster: "outbound|5432||db.shop.svc.cluster.local",
    action: { protocol: "tcp", endpoints: [{ address: "10.0.0.7" }] },
  });
});

test("the trace names each object and field that decided or was passed over", () => {
  const mesh = shop(routes(to("v2", { match: [{ uri: { exact: "/x" } }] }), to("v1")));
  const { trace } = decided(mesh);
  expect(
    trace.map(({ step, taken, object, path, why }) => [step, taken, object?.kind, path, why]),
  ).toEqual([
    [
      "virtual-host",
      true,
      "VirtualService",
      "spec.hosts",
      "reviews.shop.svc.cluster.local:9080 takes reviews:9080",
    ],
    [
      "route",
      false,
      "VirtualService",
      "spec.http[0].match[0].uri",
      'uri wants exact "/x", the request has "/"',
    ],
    ["route", true, "VirtualService", "spec.http[1]", "it takes every request"],
    [
      "destination",
      true,
      "VirtualService",
      "spec.http[1].route[0]",
      `${V("v1")}, 100 % of requests`,
    ],
    ["cluster", true, "DestinationRule", "spec.subsets[0]", "1 of 1 endpoints are ready"],
  ]);
});
