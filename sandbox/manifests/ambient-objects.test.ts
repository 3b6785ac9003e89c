import { expect, it } from "vitest";
import { emptyCluster } from "@/sandbox/api/cluster-state";
import { manualClock } from "@/sandbox/clock";
import { plainPoints } from "@/sandbox/plain-points";
import { seededRandom } from "@/sandbox/random";
import { scenarioContent } from "@/sandbox/scenarios/registry";
import { startTraffic } from "@/sandbox/traffic/start-traffic";
import { startWorkloads } from "@/sandbox/workloads/start-workloads";
import { withOwnObjects } from "./own-objects";

type Labels = Readonly<Record<string, string>>;

const workload = (name: string, env = ""): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name}, version: v1 } }
    spec: { serviceAccountName: ${name}, containers: [{ name: app, image: a${env} }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 8080 }] }
`;

const SHOP = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: way } }
---${workload("web", ', env: [{ name: CART, value: "http://cart:8080" }]')}---${workload("cart")}`;

const WAYPOINT = `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: way, namespace: shop }
spec:
  gatewayClassName: istio-waypoint
  listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
`;

const DENY = (target: string): string => `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: no, namespace: shop }
spec: { action: DENY, ${target}, rules: [{}] }
`;

/** What is counted in ten seconds of the objects' own traffic. */
function shop(text: string) {
  const clock = manualClock();
  const random = seededRandom(1);
  const state = emptyCluster(clock, () => random.next());
  state.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } });
  const { objects, traffic } = scenarioContent("empty", 1);
  for (const object of objects) state.store.create(object);
  const model = withOwnObjects(state, traffic, [{ file: "shop.yaml", text }]);
  const { store } = state;
  const lines: { readonly pod: string; readonly line: string }[] = [];
  startWorkloads(store, clock).settle();
  const running = startTraffic({
    store,
    clock,
    seed: 1,
    distribution: { meshOf: () => store.view() },
    logs: { append: (pod, line) => lines.push({ pod: pod.name, line }) },
    model,
  });
  for (let second = 0; second < 10; second += 1) clock.advance(1000);
  const sources = running.metricSources();
  running.stop();
  const points = sources.flatMap((source) =>
    [...plainPoints(source.collect() ?? [])].map((point) => ({ ...point, target: source.labels })),
  );
  const named = (name: string, labels: Labels) =>
    points.filter(
      (point) =>
        point.name === name &&
        Object.entries(labels).every(([key, value]) => point.labels[key] === value),
    );
  const total = (name: string, labels: Labels) =>
    named(name, labels).reduce((sum, { value }) => sum + value, 0);
  return { store, points, named, total, lines };
}

const FROM_WEB = { source_workload: "web" };
const OPENED = "istio_tcp_connections_opened_total";
const CLOSED = "istio_tcp_connections_closed_total";

it("counts what ztunnel carries in connections and bytes, at both ends, with ztunnel's labels", () => {
  const { store, named, total } = shop(SHOP);
  expect(total("istio_requests_total", FROM_WEB)).toBe(0);
  const calls = total(OPENED, { ...FROM_WEB, reporter: "source" });
  expect(calls).toBeGreaterThan(3);
  for (const reporter of ["source", "destination"]) {
    const labels = { ...FROM_WEB, reporter, destination_workload: "cart" };
    expect(total(OPENED, labels)).toBe(calls);
    expect(total(CLOSED, labels)).toBe(calls);
    expect(total("istio_tcp_sent_bytes_total", labels)).toBeGreaterThan(1000);
    const [point] = named(OPENED, labels);
    expect(point?.target).toMatchObject({ app: "ztunnel", namespace: "istio-system" });
    expect(point?.labels).toEqual({
      reporter,
      source_workload: "web",
      source_workload_namespace: "shop",
      source_principal: "spiffe://cluster.local/ns/shop/sa/web",
      source_app: "web",
      source_version: "v1",
      source_canonical_service: "web",
      source_canonical_revision: "v1",
      source_cluster: "Kubernetes",
      destination_workload: "cart",
      destination_workload_namespace: "shop",
      destination_principal: "spiffe://cluster.local/ns/shop/sa/cart",
      destination_app: "cart",
      destination_version: "v1",
      destination_canonical_service: "cart",
      destination_canonical_revision: "v1",
      destination_cluster: "Kubernetes",
      destination_service: "cart.shop.svc.cluster.local",
      destination_service_name: "cart",
      destination_service_namespace: "shop",
      request_protocol: "tcp",
      response_flags: "-",
      connection_security_policy: "mutual_tls",
    });
  }
  const captured = store
    .view()
    .list("Pod")
    .filter(({ metadata }) => metadata.annotations?.["ambient.istio.io/redirection"] === "enabled");
  expect(captured.map(({ metadata }) => metadata.labels?.["app"]).sort()).toEqual(["cart", "web"]);
});

it("has a waypoint count requests, and ztunnel the connections to and from it", () => {
  const { total, named } = shop(SHOP + WAYPOINT);
  const requests = { ...FROM_WEB, reporter: "waypoint", destination_workload: "cart" };
  const calls = total("istio_requests_total", { ...requests, response_code: "200" });
  expect(calls).toBeGreaterThan(3);
  expect(total("istio_request_duration_milliseconds_count", requests)).toBe(calls);
  expect(named("istio_requests_total", requests)[0]?.labels).toMatchObject({
    source_principal: "spiffe://cluster.local/ns/shop/sa/web",
    destination_service: "cart.shop.svc.cluster.local",
    connection_security_policy: "mutual_tls",
    request_protocol: "http",
  });
  const toWaypoint = { ...FROM_WEB, reporter: "source", destination_workload: "way" };
  expect(total(OPENED, { ...toWaypoint, destination_service_name: "cart" })).toBe(calls);
  const onward = { source_workload: "way", reporter: "destination", destination_workload: "cart" };
  expect(total(OPENED, onward)).toBe(calls);
  expect(total(OPENED, { ...FROM_WEB, destination_workload: "cart" })).toBe(0);
});

it("flags what policies stop: DENY at ztunnel, a 403 at the waypoint", () => {
  const { total } = shop(SHOP + DENY("selector: { matchLabels: { app: cart } }"));
  const denied = { ...FROM_WEB, destination_workload: "cart" };
  const calls = total(OPENED, { ...denied, reporter: "source" });
  expect(calls).toBeGreaterThan(3);
  expect(total(CLOSED, { ...denied, reporter: "destination", response_flags: "DENY" })).toBe(calls);
  expect(total(CLOSED, { ...denied, reporter: "source", response_flags: "CONNECT" })).toBe(calls);
  expect(total("istio_tcp_sent_bytes_total", denied)).toBe(0);
  const target = 'targetRefs: [{ group: "", kind: Service, name: cart }]';
  const behind = shop(SHOP + WAYPOINT + DENY(target));
  const refused = { ...FROM_WEB, reporter: "waypoint", response_code: "403" };
  expect(behind.total("istio_requests_total", refused)).toBeGreaterThan(3);
  expect(behind.total("istio_requests_total", { ...refused, response_code: "200" })).toBe(0);
});

it("is the same to the byte for the same seed", () => {
  const text = SHOP + WAYPOINT;
  expect(JSON.stringify(shop(text).points)).toBe(JSON.stringify(shop(text).points));
});

it("has ztunnel write down what it carried", () => {
  const { lines } = shop(SHOP.replace(", istio.io/use-waypoint: way", ""));
  const toCart = 'dst.service="cart.shop.svc.cluster.local"';
  const written = lines.filter(
    ({ pod, line }) => pod.startsWith("ztunnel-") && line.includes(toCart),
  );
  const ends = (direction: string) =>
    written.filter(({ line }) => line.includes(`direction="${direction}"`)).length;
  expect(ends("outbound")).toBeGreaterThan(0);
  expect(ends("inbound")).toBe(ends("outbound"));
});
