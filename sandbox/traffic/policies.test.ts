import { describe, expect, it } from "vitest";
import { anObject } from "@/lib/mesh/testing";
import { bookinfoTraffic } from "@/sandbox/scenarios/bookinfo-traffic";
import { service, workload } from "@/sandbox/scenarios/object-builders";
import { bookinfoInTest } from "./testing";

const SOURCE = { reporter: "source" };
const REVIEWS = { ...SOURCE, destination_service_name: "reviews" };
const AT_REVIEWS = { reporter: "destination", destination_app: "reviews" };

describe("the telemetry of the book shop follows", () => {
  it("an AuthorizationPolicy: what it refuses is 403 at both ends", () => {
    const { store, requestsWithin, total } = bookinfoInTest();
    store.create(
      anObject("AuthorizationPolicy", "bookinfo/no-reviews", {
        selector: { matchLabels: { app: "reviews" } },
        action: "DENY",
        rules: [{ to: [{ operation: { paths: ["/reviews/*"] } }] }],
      }),
    );
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "200" })).toBe(0);
    const refused = (labels: object) =>
      total("istio_requests_total", { ...labels, response_code: "403" });
    expect(refused(REVIEWS)).toBeGreaterThan(20);
    expect(refused(AT_REVIEWS)).toBe(refused(REVIEWS));
    // Who is refused asks nobody else.
    expect(requestsWithin(1000, { ...SOURCE, source_app: "reviews" })).toBe(0);
  });

  it("an AuthorizationPolicy by identity: others are let in", () => {
    const { store, requestsWithin } = bookinfoInTest();
    const allow = (principal: string) =>
      anObject("AuthorizationPolicy", "bookinfo/reviews", {
        selector: { matchLabels: { app: "reviews" } },
        rules: [{ from: [{ source: { principals: [principal] } }] }],
      });
    store.create(allow("*/sa/nobody"));
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "200" })).toBe(0);
    store.update(allow("*productpage"));
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "403" })).toBe(0);
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "200" })).toBeGreaterThan(20);
  });

  it("a PeerAuthentication: plain text ends at a server that is STRICT", () => {
    const { store, change, requestsWithin } = bookinfoInTest();
    change("DestinationRule", "reviews", ({ spec }) => ({
      spec: { ...(spec as object), trafficPolicy: { tls: { mode: "DISABLE" } } },
    }));
    const mode = (mtls: string) =>
      anObject("PeerAuthentication", "bookinfo/reviews", {
        mtls: { mode: mtls },
        selector: { matchLabels: { app: "reviews" } },
      });
    store.create(mode("STRICT"));
    const failed = { ...REVIEWS, response_code: "503", response_flags: "UC" };
    expect(requestsWithin(1000, failed)).toBeGreaterThan(20);
    expect(requestsWithin(1000, AT_REVIEWS)).toBe(0);
    store.update(mode("PERMISSIVE"));
    const plain = { ...AT_REVIEWS, connection_security_policy: "none", response_code: "200" };
    expect(requestsWithin(1000, plain)).toBeGreaterThan(20);
    expect(requestsWithin(1000, failed)).toBe(0);
  });

  it("a RequestAuthentication: a token that is none is 401", () => {
    const withToken = bookinfoTraffic.loads.map((load) => ({
      ...load,
      requests: load.requests.map((request) => ({
        ...request,
        headers: { ...request.headers, authorization: "Bearer nonsense" },
      })),
    }));
    const { store, requestsWithin } = bookinfoInTest(1, { ...bookinfoTraffic, loads: withToken });
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "200" })).toBeGreaterThan(20);
    store.create(
      anObject("RequestAuthentication", "bookinfo/tokens", {
        jwtRules: [{ issuer: "me@a.test", jwks: '{"keys":[]}' }],
      }),
    );
    const page = { reporter: "destination", destination_app: "productpage" };
    expect(requestsWithin(1000, { ...page, response_code: "401" })).toBe(40);
    expect(requestsWithin(1000, REVIEWS)).toBe(0);
  });

  it("a timeout: slow answers are 504 UT", () => {
    const { store, change, requestsWithin } = bookinfoInTest();
    change("VirtualService", "reviews", ({ spec }) => ({
      spec: {
        ...(spec as object),
        http: [{ timeout: "0.5s", route: [{ destination: { host: "reviews" } }] }],
      },
    }));
    for (const pod of store.view().list("Pod")) {
      if (pod.metadata.labels?.["app"] !== "reviews") continue;
      const annotations = {
        ...pod.metadata.annotations,
        "sandbox.quarterdeck.dev/latency-ms": "30000",
      };
      store.update({ ...pod, metadata: { ...pod.metadata, annotations } });
    }
    const late = { ...REVIEWS, response_code: "504", response_flags: "UT" };
    const all = requestsWithin(1000, late);
    expect(all).toBeGreaterThan(20);
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "200" })).toBe(0);
  });

  it("an HTTPRoute: its weights are shares of the versions", () => {
    const { store, requestsWithin, total } = bookinfoInTest();
    store.delete("VirtualService", "bookinfo", "reviews");
    for (const version of ["v1", "v2"]) {
      store.create({
        ...service({
          namespace: "bookinfo",
          name: `reviews-${version}`,
          clusterIP: version === "v1" ? "10.96.0.201" : "10.96.0.202",
          selector: { app: "reviews", version },
          ports: [{ name: "http", port: 9080, targetPort: 9080 }],
        }),
      });
    }
    const backend = (name: string, weight: number) => ({ name, port: 9080, weight });
    store.create(
      anObject("HTTPRoute", "bookinfo/reviews", {
        parentRefs: [{ group: "", kind: "Service", name: "reviews" }],
        rules: [{ backendRefs: [backend("reviews-v1", 3), backend("reviews-v2", 1)] }],
      }),
    );
    requestsWithin(2000, SOURCE);
    const versions = ["v1", "v2", "v3"].map((destination_version) => {
      const labels = { ...SOURCE, destination_app: "reviews", destination_version };
      const before = total("istio_requests_total", labels);
      return { labels, before };
    });
    requestsWithin(20_000, SOURCE);
    const [v1 = 0, v2 = 0, v3 = 0] = versions.map(
      ({ labels, before }) => total("istio_requests_total", labels) - before,
    );
    expect(v3).toBe(0);
    expect(v1 / (v1 + v2)).toBeCloseTo(0.75, 1);
  });

  it("a TCP route: its weights are shares of the connections", () => {
    const call = { host: "mysql", port: 3306, method: "GET", path: "/", share: 1 };
    const apps = {
      "bookinfo/productpage": { latencyMs: 5, responseBytes: 100, calls: [call] },
      "bookinfo/mysql": { latencyMs: 1, responseBytes: 900, calls: [] },
    };
    const { store, clock, total } = bookinfoInTest(1, { ...bookinfoTraffic, apps });
    const ports = [{ name: "tcp", port: 3306, targetPort: 3306 }];
    const mysql = { namespace: "bookinfo", name: "mysql", selector: { app: "mysql" }, ports };
    store.create(service({ ...mysql, clusterIP: "10.96.0.99" }));
    const subsets = ["v1", "v2"].map((version) => ({ name: version, labels: { version } }));
    for (const { name } of subsets) {
      store.create(workload({ namespace: "bookinfo", app: "mysql", version: name, port: 3306 }));
    }
    store.create(anObject("DestinationRule", "bookinfo/mysql", { host: "mysql", subsets }));
    const route = [80, 20].map((weight, index) => ({
      weight,
      destination: { host: "mysql", subset: `v${index + 1}` },
    }));
    store.create(
      anObject("VirtualService", "bookinfo/mysql", { hosts: ["mysql"], tcp: [{ route }] }),
    );
    clock.advance(2000);
    const opened = (version: string): number =>
      total("istio_tcp_connections_opened_total", {
        ...SOURCE,
        destination_service_name: "mysql",
        destination_version: version,
      });
    const before = [opened("v1"), opened("v2")];
    for (let second = 0; second < 25; second += 1) clock.advance(1000);
    const [v1 = 0, v2 = 0] = [opened("v1"), opened("v2")].map((now, i) => now - (before[i] ?? 0));
    expect(v1 + v2).toBeGreaterThan(500);
    expect(v2 / (v1 + v2)).toBeCloseTo(0.2, 1);
  });
});

describe("the telemetry of the book shop follows what proxies remember:", () => {
  const annotated = (shop: ReturnType<typeof bookinfoInTest>, version: string, more: object) => {
    for (const pod of shop.store.view().list("Pod")) {
      const { labels, annotations } = pod.metadata;
      if (labels?.["app"] !== "reviews" || labels["version"] !== version) continue;
      shop.store.update({
        ...pod,
        metadata: { ...pod.metadata, annotations: { ...annotations, ...more } },
      });
    }
  };
  const withPolicy = (trafficPolicy: object) => {
    const shop = bookinfoInTest();
    shop.change("VirtualService", "reviews", ({ spec }) => ({
      spec: { ...(spec as object), http: [{ route: [{ destination: { host: "reviews" } }] }] },
    }));
    shop.change("DestinationRule", "reviews", ({ spec }) => ({
      spec: { ...(spec as object), trafficPolicy },
    }));
    return shop;
  };
  const failing = { ...REVIEWS, destination_version: "v1", response_code: "500" };

  it("an endpoint that fails three times in a row is out for a while, longer each time", () => {
    const shop = withPolicy({
      loadBalancer: { localityLbSetting: { enabled: false } },
      outlierDetection: {
        consecutive5xxErrors: 3,
        interval: "1s",
        baseEjectionTime: "2s",
        maxEjectionPercent: 50,
      },
    });
    annotated(shop, "v1", { "sandbox.quarterdeck.dev/error-rate": "1" });
    // One client: three failures at once, then silence for two seconds, then for four.
    expect(shop.requestsWithin(2000, failing)).toBe(3);
    const cluster_name = "outbound|9080||reviews.bookinfo.svc.cluster.local";
    const out = "envoy_cluster_outlier_detection_ejections_active";
    expect(shop.total(out, { cluster_name })).toBe(1);
    const errors = { cluster_name, response_code_class: "5xx" };
    expect(shop.total("envoy_cluster_upstream_rq", errors)).toBe(3);
    expect(shop.requestsWithin(2000, failing)).toBe(3);
    expect(shop.requestsWithin(2000, failing)).toBe(0);
    expect(
      shop.total("istio_requests_total", { ...REVIEWS, response_code: "200" }),
    ).toBeGreaterThan(120);
  });

  it("what has no connection left is 503 UO", () => {
    const slow = { "sandbox.quarterdeck.dev/latency-ms": "400" };
    const shop = withPolicy({
      connectionPool: { tcp: { maxConnections: 4 }, http: { http1MaxPendingRequests: 1 } },
    });
    for (const version of ["v1", "v2", "v3"]) annotated(shop, version, slow);
    const overflow = { ...REVIEWS, response_code: "503", response_flags: "UO" };
    const turnedAway = shop.requestsWithin(4000, overflow);
    const answered = shop.total("istio_requests_total", { ...REVIEWS, response_code: "200" });
    // Four connections for some four tenths of a second each carry ten requests a second.
    expect(answered).toBeGreaterThan(25);
    expect(answered).toBeLessThan(50);
    expect(turnedAway).toBeGreaterThan(60);
  });
});

it("names the workload of a machine outside of the cluster, and what istiod tells of it", () => {
  const call = { host: "vm.test", port: 8080, method: "GET", path: "/", share: 1 };
  const apps = { "bookinfo/productpage": { latencyMs: 5, responseBytes: 100, calls: [call] } };
  const { store, requestsWithin } = bookinfoInTest(1, { ...bookinfoTraffic, apps });
  const labels = { app: "vm", version: "v2" };
  store.create(
    anObject("ServiceEntry", "bookinfo/vm", {
      hosts: ["vm.test"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http", protocol: "HTTP" }],
      workloadSelector: { labels: { app: "vm" } },
    }),
  );
  store.create(anObject("WorkloadEntry", "bookinfo/vm-1", { address: "10.20.0.9", labels }));
  const known = {
    destination_workload: "vm-1",
    destination_workload_namespace: "bookinfo",
    destination_canonical_service: "vm",
    destination_canonical_revision: "v2",
    destination_app: "unknown",
  };
  expect(requestsWithin(1000, { ...SOURCE, ...known, response_code: "200" })).toBeGreaterThan(20);
});
