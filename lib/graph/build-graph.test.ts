import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import type { Telemetry } from "./flows";
import type { GraphType } from "./mesh-graph";
import {
  anIstio,
  aService,
  aWorkload,
  graphLines,
  requests,
  seriesLabels,
  telemetry,
} from "./testing";

type Objects = Parameters<typeof meshView>[0];

const drawn = (
  parts: Partial<Telemetry>,
  objects: Objects = [],
  type: GraphType = "versionedApp",
) => graphLines(buildGraph(telemetry(parts), meshView(objects), { windowSeconds: 10, type }));

const shop = [
  aService("shop/cart"),
  aService("shop/reviews"),
  ...aWorkload("shop/cart-v1"),
  ...aWorkload("shop/reviews-v1"),
  ...aWorkload("shop/reviews-v2"),
];

const destination = { reporter: "destination" };
const plaintext = { reporter: "destination", connection_security_policy: "none" };

describe("graphs of small meshes", () => {
  it("counts a request once that both ends report, and reads mTLS from the destination", () => {
    expect(
      drawn({
        requests: [
          requests("shop/web-v1", "shop/cart-v1", 40),
          requests("shop/web-v1", "shop/cart-v1", 39.9, destination),
        ],
      }),
    ).toEqual([
      "shop/cart (service) healthy",
      "shop/web (service) healthy",
      "shop/web -> shop/cart 40/s, mtls 100 %, healthy",
    ]);
  });

  it("takes the destination's word for clients outside the mesh", () => {
    expect(
      drawn({ requests: [requests("unknown/unknown", "shop/cart-v1", 5, plaintext)] }),
    ).toEqual([
      "shop/cart (service) healthy",
      "unknown (unknown) healthy",
      "unknown -> shop/cart 5.0/s, mtls 0 %, by destination, healthy",
    ]);
  });

  it("takes the destination's word for a client whose proxy reports nothing", () => {
    expect(drawn({ requests: [requests("shop/web-v1", "shop/cart-v1", 5, destination)] })).toEqual([
      "shop/cart (service) healthy",
      "shop/web (service) healthy",
      "shop/web -> shop/cart 5.0/s, mtls 100 %, by destination, healthy",
    ]);
  });

  it("shows the versions of a service with their shares, measured and wanted", () => {
    const config = [
      anIstio("VirtualService", "shop/reviews", {
        hosts: ["reviews"],
        http: [
          {
            timeout: "2s",
            route: [
              { destination: { host: "reviews", subset: "one" }, weight: 80 },
              { destination: { host: "reviews", subset: "two" }, weight: 20 },
            ],
          },
        ],
      }),
      anIstio("DestinationRule", "shop/reviews", {
        host: "reviews",
        trafficPolicy: { outlierDetection: {} },
        subsets: [
          { name: "one", labels: { version: "v1" } },
          { name: "two", labels: { version: "v2" } },
        ],
      }),
    ];
    expect(
      drawn(
        {
          requests: [
            requests("shop/cart-v1", "shop/reviews-v1", 31),
            requests("shop/cart-v1", "shop/reviews-v2", 9),
          ],
          p95: [
            { labels: seriesLabels("shop/cart-v1", "shop/reviews-v2"), value: 120 },
            { labels: seriesLabels("shop/cart-v1", "shop/reviews-v2", destination), value: 90 },
          ],
        },
        [...shop, ...config],
      ),
    ).toEqual([
      "shop/cart (service) healthy 1/1 ready",
      "shop/reviews (service) healthy 2/2 ready [canary virtual-service destination-rule timeout circuit-breaker]",
      "  v1 78 % of 80 % healthy",
      "  v2 23 % of 20 % healthy canary",
      "shop/cart -> shop/reviews@v1 31/s, mtls ?, healthy",
      "shop/cart -> shop/reviews@v2 9.0/s, p95 120 ms, mtls ?, healthy",
    ]);
  });

  it("folds versions into apps, with latency that Prometheus added up", () => {
    const {
      source_workload: _source,
      source_canonical_revision: _sourceRevision,
      destination_workload: _target,
      destination_canonical_revision: _targetRevision,
      ...betweenServices
    } = seriesLabels("shop/cart-v1", "shop/reviews-v1");
    expect(
      drawn(
        {
          requests: [
            requests("shop/cart-v1", "shop/reviews-v1", 30),
            requests("shop/cart-v1", "shop/reviews-v2", 10, { response_code: "503" }),
          ],
          p95: [{ labels: betweenServices, value: 75 }],
        },
        shop,
        "app",
      ),
    ).toEqual([
      "shop/cart (service) healthy 1/1 ready",
      "shop/reviews (service) failing 2/2 ready",
      "  v1 75 % healthy",
      "  v2 25 % failing",
      "shop/cart -> shop/reviews 40/s, 25.0 %, 503 -, p95 75 ms, mtls ?, failing",
    ]);
  });

  it("says when requests reached no pod", () => {
    const lost = requests("shop/cart-v1", "shop/reviews-v1", 8, {
      destination_workload: "unknown",
      destination_workload_namespace: "unknown",
      destination_canonical_service: "unknown",
      response_code: "503",
      response_flags: "UH",
    });
    expect(
      drawn({ requests: [requests("shop/cart-v1", "shop/reviews-v1", 32), lost] }, shop),
    ).toEqual([
      "shop/cart (service) healthy 1/1 ready",
      "shop/reviews (service) failing 2/2 ready",
      "  v1 80 % healthy",
      "  v2 0 % idle",
      "  no pod 20 % failing",
      "shop/cart -> shop/reviews@ 8.0/s, 100 %, 503 UH, mtls ?, failing",
      "shop/cart -> shop/reviews@v1 32/s, mtls ?, healthy",
    ]);
  });

  it("forgets requests that reached no pod once there are no more of them", () => {
    const lost = requests("shop/cart-v1", "unknown/unknown", 0, {
      destination_service: "reviews:9080",
      destination_service_name: "reviews:9080",
      response_code: "503",
      response_flags: "NC",
    });
    const idle = requests("shop/cart-v1", "shop/reviews-v2", 0);
    expect(drawn({ requests: [lost, idle] }, shop).slice(1)).toEqual([
      "shop/reviews (service) idle 2/2 ready",
      "  v1 – idle",
      "  v2 – idle",
      "shop/cart -> shop/reviews@v2 0/s, mtls ?, idle",
    ]);
  });

  it("finds the service that a request named, when no cluster was found for it", () => {
    const lost = requests("shop/cart-v1", "unknown/unknown", 8, {
      destination_service: "reviews:9080",
      destination_service_name: "reviews:9080",
      destination_service_namespace: "unknown",
      response_code: "503",
      response_flags: "NC",
    });
    expect(drawn({ requests: [lost] }, shop)).toContain(
      "shop/cart -> shop/reviews@ 8.0/s, 100 %, 503 NC, mtls ?, failing",
    );
  });

  it("reads the outcome of gRPC from its own status", () => {
    const grpc = { request_protocol: "grpc", grpc_response_status: "14" };
    expect(
      drawn({
        requests: [
          requests("shop/web-v1", "shop/cart-v1", 9, { ...grpc, grpc_response_status: "5" }),
          requests("shop/web-v1", "shop/cart-v1", 1, grpc),
        ],
      }),
    ).toEqual([
      "shop/cart (service) failing",
      "shop/web (service) healthy",
      "shop/web -> shop/cart 10/s, 10.0 %, 14 -, mtls ?, failing",
    ]);
  });

  it("shows TCP in bytes, without an error share", () => {
    expect(
      drawn({
        tcpSent: [requests("shop/web-v1", "shop/db", 2_100_000)],
        tcpReceived: [requests("shop/web-v1", "shop/db", 4_000)],
      }),
    ).toEqual([
      "shop/db (service) healthy",
      "shop/web (service) healthy",
      "shop/web -> shop/db tcp 2.1 MB/s, mtls ?, healthy",
    ]);
  });

  it("names hosts outside the mesh, passthrough and black hole", () => {
    const outside = (name: string, service: string) => ({
      ...requests("shop/web-v1", "unknown/unknown", 1, {
        destination_service: name,
        destination_service_name: name,
        destination_service_namespace: service,
      }),
    });
    const entry = anIstio("ServiceEntry", "shop/api", { hosts: ["api.bank.example"] });
    expect(
      drawn(
        {
          requests: [
            outside("api.bank.example", "shop"),
            outside("PassthroughCluster", "unknown"),
            outside("BlackHoleCluster", "unknown"),
          ],
        },
        [entry],
      ),
    ).toEqual([
      "blackhole (blackhole) healthy",
      "external:api.bank.example (external) healthy",
      "passthrough (passthrough) healthy",
      "shop/web (service) healthy",
      "shop/web -> blackhole 1.0/s, mtls ?, healthy",
      "shop/web -> external:api.bank.example 1.0/s, mtls ?, healthy",
      "shop/web -> passthrough 1.0/s, mtls ?, healthy",
    ]);
  });

  it("does not add what ztunnel and a waypoint report of the same flow", () => {
    expect(
      drawn({
        requests: [requests("shop/web-v1", "shop/cart-v1", 20, { reporter: "waypoint" })],
        tcpSent: [requests("shop/web-v1", "shop/cart-v1", 900)],
      }),
    ).toEqual([
      "shop/cart (service) healthy",
      "shop/web (service) healthy",
      "shop/web -> shop/cart 20/s, mtls ?, by waypoint, healthy",
    ]);
  });

  it("counts what an ingress gateway sends on as what it was asked for", () => {
    expect(
      drawn({ requests: [requests("edge/ingress", "shop/cart-v1", 40)] }, [
        aService("edge/ingress"),
        ...aWorkload("edge/ingress"),
        anIstio("Gateway", "edge/public", {
          selector: { app: "ingress" },
          servers: [{ port: { number: 80 } }],
        }),
      ]),
    ).toEqual([
      "edge/ingress (gateway) healthy 1/1 ready [gateway]",
      "shop/cart (service) healthy",
      "edge/ingress -> shop/cart 40/s, mtls ?, healthy",
    ]);
  });

  it("shows services of the mesh that have no traffic, and pods that are not ready", () => {
    const outsideMesh = aWorkload("kube-system/dns").map((pod) => ({ ...pod, spec: {} }));
    expect(
      drawn({}, [
        ...aWorkload("shop/cart-v1", { ready: 0, total: 2 }),
        ...aWorkload("shop/web-v1", { ready: 1, total: 2 }),
        ...outsideMesh,
      ]),
    ).toEqual(["shop/cart (service) failing 0/2 ready", "shop/web (service) degraded 1/2 ready"]);
  });

  it("tells measured zero from no data", () => {
    const graph = buildGraph(
      telemetry({
        requests: [
          requests("shop/web-v1", "shop/cart-v1", 0),
          requests("shop/web-v1", "shop/pay-v1", null),
        ],
      }),
      meshView(aWorkload("shop/pay-v1")),
      { windowSeconds: 10, type: "versionedApp" },
    );
    expect(graph.nodes.map(({ id, inbound }) => [id, inbound.requestsPerSecond])).toEqual([
      ["shop/cart", 0],
      ["shop/pay", null],
      ["shop/web", null],
    ]);
    expect(graph.edges.map(({ id, traffic }) => [id, traffic.errorRatio])).toEqual([
      ["shop/web->shop/cart", null],
    ]);
  });

  it("says the mTLS mode of each namespace", () => {
    const graph = buildGraph(
      telemetry({ requests: [requests("shop/web-v1", "data/db", 1)] }),
      meshView([
        anIstio("PeerAuthentication", "istio-system/default", { mtls: { mode: "STRICT" } }),
        anIstio("PeerAuthentication", "data/default", { mtls: { mode: "PERMISSIVE" } }),
      ]),
      { windowSeconds: 10, type: "versionedApp" },
    );
    expect(graph.boxes).toEqual([
      { namespace: "data", mtls: "PERMISSIVE" },
      { namespace: "shop", mtls: "STRICT" },
    ]);
  });
});
