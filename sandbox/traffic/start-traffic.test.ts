import { describe, expect, it } from "vitest";
import { bookinfoTraffic } from "@/sandbox/scenarios/bookinfo-traffic";
import { service, workload } from "@/sandbox/scenarios/object-builders";
import { bookinfoInTest } from "./testing";

const SOURCE = { reporter: "source" };
const REVIEWS = { ...SOURCE, destination_service_name: "reviews" };

const routeReviews = (http: readonly unknown[]) => () => ({ spec: { hosts: ["reviews"], http } });
const weights = (v1: number, v2: number) => [
  {
    route: [
      { destination: { host: "reviews", subset: "v1" }, weight: v1 },
      { destination: { host: "reviews", subset: "v2" }, weight: v2 },
    ],
  },
];

describe("the book shop's traffic", () => {
  it("flows through six services at the load's rate", () => {
    const { requestsWithin, total } = bookinfoInTest();
    const page = { ...SOURCE, source_workload: "istio-ingressgateway" };
    expect(requestsWithin(10_000, page)).toBe(400);
    const to = (name: string) =>
      total("istio_requests_total", { ...SOURCE, destination_service_name: name });
    expect(to("productpage")).toBe(400);
    expect(to("details")).toBe(to("reviews"));
    expect(to("details") + to("ratings")).toBe(400);
    expect(to("ratings")).toBeGreaterThan(20);
    expect(to("www.googleapis.com")).toBeGreaterThan(5);
  });

  it("is counted by both ends with Istio's labels", () => {
    const { clock, points } = bookinfoInTest();
    clock.advance(1000);
    const labels = (reporter: string) =>
      points().find(
        (point) =>
          point.name === "istio_requests_total" &&
          point.labels["reporter"] === reporter &&
          point.labels["destination_workload"] === "reviews-v1",
      )?.labels;
    const common = {
      source_workload: "productpage-v1",
      source_workload_namespace: "bookinfo",
      source_principal: "spiffe://cluster.local/ns/bookinfo/sa/productpage",
      source_app: "productpage",
      source_version: "v1",
      source_canonical_service: "productpage",
      source_canonical_revision: "v1",
      source_cluster: "Kubernetes",
      destination_workload_namespace: "bookinfo",
      destination_principal: "spiffe://cluster.local/ns/bookinfo/sa/reviews",
      destination_app: "reviews",
      destination_version: "v1",
      destination_service: "reviews.bookinfo.svc.cluster.local",
      destination_service_name: "reviews",
      destination_service_namespace: "bookinfo",
      destination_canonical_service: "reviews",
      destination_canonical_revision: "v1",
      destination_cluster: "Kubernetes",
      request_protocol: "http",
      response_code: "200",
      response_flags: "-",
      grpc_response_status: "",
    };
    expect(labels("source")).toMatchObject({ ...common, connection_security_policy: "unknown" });
    expect(labels("destination")).toMatchObject({
      ...common,
      connection_security_policy: "mutual_tls",
    });
  });

  it("follows a changed weight", () => {
    const { change, requestsWithin, total } = bookinfoInTest();
    change("VirtualService", "reviews", routeReviews(weights(80, 20)));
    const all = requestsWithin(50_000, REVIEWS);
    const v2 = total("istio_requests_total", { ...REVIEWS, destination_version: "v2" });
    expect(v2 / all).toBeCloseTo(0.2, 1);
    const fromReviews = { ...SOURCE, source_app: "reviews", destination_service_name: "ratings" };
    expect(total("istio_requests_total", fromReviews)).toBe(v2);
  });

  it("shows a fault, which never reaches the server", () => {
    const { change, requestsWithin } = bookinfoInTest();
    const fault = { abort: { httpStatus: 418, percentage: { value: 100 } } };
    change(
      "VirtualService",
      "reviews",
      routeReviews([{ fault, route: [{ destination: { host: "reviews", subset: "v1" } }] }]),
    );
    const aborted = { ...SOURCE, response_code: "418", response_flags: "FI" };
    expect(requestsWithin(1000, aborted)).toBeGreaterThan(20);
    expect(requestsWithin(1000, { reporter: "destination", destination_app: "reviews" })).toBe(0);
  });

  it("shows a destination that does not exist at the client only", () => {
    const { change, requestsWithin } = bookinfoInTest();
    change(
      "VirtualService",
      "reviews",
      routeReviews([{ route: [{ destination: { host: "reviews", subset: "v9" } }] }]),
    );
    const missing = { ...SOURCE, response_code: "503", response_flags: "NC" };
    const unknown = { ...missing, destination_workload: "unknown" };
    expect(requestsWithin(1000, unknown)).toBeGreaterThan(20);
    expect(requestsWithin(1000, { reporter: "destination", destination_app: "reviews" })).toBe(0);
  });

  it("shows a service without ready pods as UH", () => {
    const { change, clock, requestsWithin } = bookinfoInTest();
    change("Deployment", "reviews-v1", ({ spec }) => ({
      spec: { ...(spec as object), replicas: 0 },
    }));
    clock.advance(2000);
    const unhealthy = { ...REVIEWS, response_flags: "UH", response_code: "503" };
    expect(requestsWithin(1000, unhealthy)).toBeGreaterThan(20);
  });

  it("fails what the bad build of details gets, and nothing else", () => {
    const { change, requestsWithin } = bookinfoInTest();
    change("VirtualService", "details", () => ({
      spec: {
        hosts: ["details"],
        http: [{ route: [{ destination: { host: "details", subset: "v2" } }] }],
      },
    }));
    const page = { ...SOURCE, destination_service_name: "productpage", response_code: "200" };
    const failed = { reporter: "destination", response_code: "500" };
    expect(requestsWithin(1000, failed)).toBeGreaterThan(20);
    expect(requestsWithin(1000, page)).toBe(40);
  });

  it("is broken by an annotation on a pod", () => {
    const { store, requestsWithin, frozen } = bookinfoInTest();
    // No proxy hears of it: it is nothing that istiod pushes.
    frozen.view = store.view();
    const pod = store
      .view()
      .list("Pod")
      .find(({ metadata }) => metadata.name.startsWith("reviews-v1"))!;
    const annotations = { ...pod.metadata.annotations, "sandbox.quarterdeck.dev/status": "404" };
    store.update({ ...pod, metadata: { ...pod.metadata, annotations } });
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "404" })).toBeGreaterThan(20);
    expect(requestsWithin(1000, { ...REVIEWS, response_code: "200" })).toBe(0);
  });

  it("of a TCP service is counted in bytes and connections", () => {
    const call = { host: "mysql", port: 3306, method: "GET", path: "/", share: 1 };
    const productpage = { latencyMs: 5, responseBytes: 100, calls: [call] };
    const apps = {
      "bookinfo/productpage": productpage,
      "bookinfo/mysql": { latencyMs: 1, responseBytes: 900, calls: [] },
    };
    const { store, clock, total } = bookinfoInTest(1, { ...bookinfoTraffic, apps });
    const ports = [{ name: "tcp", port: 3306, targetPort: 3306 }];
    const selector = { app: "mysql" };
    store.create(
      service({ namespace: "bookinfo", name: "mysql", clusterIP: "10.96.0.99", selector, ports }),
    );
    store.create(workload({ namespace: "bookinfo", app: "mysql", version: "v1", port: 3306 }));
    clock.advance(2000);
    for (const reporter of ["source", "destination"]) {
      const mysql = { reporter, destination_service_name: "mysql", response_flags: "-" };
      const before = total("istio_tcp_connections_opened_total", mysql);
      clock.advance(1000);
      const opened = total("istio_tcp_connections_opened_total", mysql);
      expect(opened - before).toBe(40);
      expect(total("istio_tcp_sent_bytes_total", mysql)).toBe(opened * 1080);
      expect(total("istio_requests_total", mysql)).toBe(0);
    }
  });

  it("to a pod that has just gone fails until the proxies learn of it", () => {
    const { store, requestsWithin, frozen } = bookinfoInTest();
    frozen.view = store.view();
    const gone = store
      .view()
      .list("Pod")
      .find(({ metadata }) => metadata.name.startsWith("reviews-v1"))!;
    store.delete("Pod", "bookinfo", gone.metadata.name);
    const refused = { ...REVIEWS, response_code: "503", response_flags: "URX,UF" };
    expect(requestsWithin(300, refused)).toBeGreaterThan(5);
    frozen.view = undefined;
    requestsWithin(2000, refused);
    expect(requestsWithin(1000, refused)).toBe(0);
  });

  it("is logged by each proxy on the way", () => {
    const { clock, lines } = bookinfoInTest();
    clock.advance(100);
    expect(lines.find((line) => line.includes("|9080|v1|reviews"))).toMatch(
      /^\[2026-01-01T00:00:00\.\d{3}Z\] "GET \/reviews\/0 HTTP\/1\.1" 200 - via_upstream - "-" 0 379 \d+ \d+ "-" "fortio\.org\/fortio-1\.69\.5" "[0-9a-f-]{36}" "reviews:9080" "10\.[\d.]+:9080" outbound\|9080\|v1\|reviews\.bookinfo\.svc\.cluster\.local 10\.[\d.]+:\d+ 10\.96\.0\.32:9080 10\.[\d.]+:\d+ - primary$/,
    );
  });

  it("is logged as JSON where the mesh says so, and not at all where no file is named", () => {
    const { clock, lines, store } = bookinfoInTest();
    const configure = (mesh: string) => {
      const configMap = store.get("ConfigMap", "istio-system", "istio")!;
      store.update({ ...configMap, data: { mesh } });
      lines.length = 0;
      clock.advance(100);
    };
    configure("accessLogFile: /dev/stdout\naccessLogEncoding: JSON\n");
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.length).toBeGreaterThan(3);
    expect(entries.find(({ authority }) => authority === "details:9080")).toMatchObject({
      bytes_received: 0,
      method: "GET",
      path: "/details/0",
      protocol: "HTTP/1.1",
      response_code: 200,
      response_code_details: "via_upstream",
      response_flags: "-",
      upstream_cluster: "inbound|9080||",
      upstream_transport_failure_reason: null,
      x_forwarded_for: null,
    });
    configure("{}");
    expect(lines).toEqual([]);
  });

  it("of a gRPC service is counted with its messages and gRPC's own status", () => {
    const call = { host: "cart", port: 7070, method: "POST", path: "/shop.Cart/Get", share: 1 };
    const apps = {
      "bookinfo/productpage": { latencyMs: 5, responseBytes: 100, calls: [call] },
      "bookinfo/cart": { latencyMs: 1, responseBytes: 90, calls: [] },
    };
    const { store, clock, total } = bookinfoInTest(1, { ...bookinfoTraffic, apps });
    const ports = [{ name: "grpc", port: 7070, targetPort: 7070 }];
    const selector = { app: "cart" };
    store.create(
      service({ namespace: "bookinfo", name: "cart", clusterIP: "10.96.0.98", selector, ports }),
    );
    store.create(workload({ namespace: "bookinfo", app: "cart", version: "v1", port: 7070 }));
    clock.advance(2000);
    for (const reporter of ["source", "destination"]) {
      const fine = {
        reporter,
        destination_service_name: "cart",
        request_protocol: "grpc",
        response_code: "200",
        grpc_response_status: "0",
      };
      const count = total("istio_requests_total", fine);
      expect(count).toBeGreaterThan(20);
      expect(total("istio_request_messages_total", fine)).toBe(count);
      expect(total("istio_response_messages_total", fine)).toBe(count);
    }
    const pod = store
      .view()
      .list("Pod")
      .find(({ metadata }) => metadata.name.startsWith("cart"))!;
    const annotations = { ...pod.metadata.annotations, "sandbox.quarterdeck.dev/status": "503" };
    store.update({ ...pod, metadata: { ...pod.metadata, annotations } });
    clock.advance(1000);
    const unavailable = {
      destination_service_name: "cart",
      response_code: "200",
      grpc_response_status: "14",
    };
    expect(total("istio_requests_total", { ...unavailable, reporter: "source" })).toBeGreaterThan(
      10,
    );
  });

  it("gives the same counters for the same seed and time, and others for another seed", () => {
    const run = (seed: number) => {
      const { clock, points } = bookinfoInTest(seed);
      for (let second = 0; second < 5; second += 1) clock.advance(1000);
      return JSON.stringify(points());
    };
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("has a past of the right size when few of its requests are followed", () => {
    const [load] = bookinfoTraffic.loads;
    const loads = Array.from({ length: 100 }, () => ({ ...load!, requestsPerSecond: 1 }));
    const { traffic, total } = bookinfoInTest(1, { ...bookinfoTraffic, loads });
    traffic.warmUp(60_000, 1000, () => undefined);
    const sent = total("istio_requests_total", {
      source_workload: "istio-ingressgateway",
      ...SOURCE,
    });
    expect(sent % 8).toBe(0);
    expect(sent).toBeGreaterThan(0.85 * 6000);
    expect(sent).toBeLessThan(1.15 * 6000);
  });

  it("has a past when it was warmed up", () => {
    const { traffic, clock, total } = bookinfoInTest();
    const scrapes: number[] = [];
    traffic.warmUp(60_000, 1000, (now) => scrapes.push(now - clock.now()));
    expect(scrapes).toHaveLength(60);
    expect(scrapes.at(0)).toBe(-59_000);
    expect(scrapes.at(-1)).toBe(0);
    expect(
      total("istio_requests_total", { source_workload: "istio-ingressgateway", ...SOURCE }),
    ).toBe(2400);
  });
});
