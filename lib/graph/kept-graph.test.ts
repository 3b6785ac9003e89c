import fc from "fast-check";
import { expect, it } from "vitest";
import type { KindId } from "@/lib/istio/kinds";
import { kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { applyChanges, meshView, type MeshChange, type MeshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { GRAPH_KINDS } from "./graph-objects";
import { GRAPH_TYPES } from "./mesh-graph";
import { aWorkload, requests, telemetry } from "./testing";

const WORKLOADS = [
  "shop/web-v1",
  "shop/cart-v1",
  "shop/cart-v2",
  "shop/pay-v1",
  "istio-ingress/gw",
];

const object = (
  [kind, apiVersion]: readonly [string, string],
  [namespace, name]: readonly [string, string],
  fields: object,
): KubeObject => ({ apiVersion, kind, metadata: { namespace, name }, ...fields });

const weights = (v1: number) => ({
  spec: {
    hosts: ["cart"],
    http: [
      {
        route: [
          { destination: { host: "cart", subset: "v1" }, weight: v1 },
          { destination: { host: "cart", subset: "v2" }, weight: 100 - v1 },
        ],
      },
    ],
  },
});
const NETWORKING = "networking.istio.io/v1";
const SECURITY = "security.istio.io/v1";

/** Objects that come, change and go; of each name one is there at a time. */
const CANDIDATES: readonly KubeObject[] = [
  ...WORKLOADS.flatMap((path) => [
    ...aWorkload(path),
    ...aWorkload(path, { ready: 0 }),
    ...aWorkload(path, { labels: { "gateway.istio.io/managed": "istio.io-mesh-controller" } }),
  ]),
  ...["cart", "pay"].map((app) =>
    object(["Service", "v1"], ["shop", app], { spec: { selector: { app } } }),
  ),
  object(["Service", "v1"], ["shop", "cart"], {
    metadata: {
      namespace: "shop",
      name: "cart",
      annotations: { "health.kiali.io/rate": "4xx,1,2" },
    },
    spec: { selector: { app: "cart" } },
  }),
  ...[50, 90].map((v1) => object(["VirtualService", NETWORKING], ["shop", "cart"], weights(v1))),
  ...[{}, { connectionPool: {} }].map((trafficPolicy) =>
    object(["DestinationRule", NETWORKING], ["shop", "cart"], {
      spec: {
        host: "cart",
        trafficPolicy,
        subsets: ["v1", "v2"].map((version) => ({ name: version, labels: { version } })),
      },
    }),
  ),
  ...["gw", "cart"].map((app) =>
    object(["Gateway", NETWORKING], ["shop", "public"], { spec: { selector: { app } } }),
  ),
  object(["ServiceEntry", NETWORKING], ["shop", "out"], { spec: { hosts: ["api.example.com"] } }),
  object(["AuthorizationPolicy", SECURITY], ["shop", "all"], { spec: {} }),
  object(["PeerAuthentication", SECURITY], ["shop", "all"], { spec: { mtls: { mode: "STRICT" } } }),
  object(["ConfigMap", "v1"], ["shop", "quarterdeck-health"], {
    data: { rules: "- { name: cart, degraded: 90, failing: 95 }" },
  }),
];

const readings = [0, 1].map((round) =>
  telemetry({
    requests: [
      requests("istio-ingress/gw", "shop/web-v1", 5 + round),
      requests("shop/web-v1", "shop/cart-v1", 4),
      requests("shop/web-v1", "shop/cart-v2", 1, { response_code: round === 0 ? "200" : "503" }),
      requests("shop/cart-v2", "shop/pay-v1", 2, { reporter: "destination" }),
      requests("shop/pay-v1", "unknown/unknown", 1, {
        destination_service: "api.example.com",
        destination_service_name: "api.example.com",
      }),
    ],
  }),
);

const changeOf = ({ at, gone }: { at: number; gone: boolean }): MeshChange => {
  const chosen = CANDIDATES[at] ?? expect.unreachable();
  const kind = kindIdOf(chosen) ?? expect.unreachable();
  return { type: gone ? "delete" : "put", kind, object: chosen };
};

it("is after any changes what it is when it is built from nothing", () => {
  const change = fc.record({
    at: fc.nat(CANDIDATES.length - 1),
    gone: fc.boolean(),
    reading: fc.constantFrom(...readings, undefined),
    type: fc.constantFrom(...GRAPH_TYPES),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 15 }), (changes) => {
      let view = meshView(WORKLOADS.flatMap((path) => aWorkload(path)));
      for (const { reading, type, ...what } of changes) {
        view = applyChanges(view, [changeOf(what)]);
        const options = { windowSeconds: 60, type };
        const kept = buildGraph(reading, view, options);
        const objects = GRAPH_KINDS.flatMap((kind) => view.list(kind));
        const others = view.list("PeerAuthentication");
        // Copies have no past: nothing of them is known.
        const [copies, numbers] = structuredClone([[...objects, ...others], reading] as const);
        expect(kept).toEqual(buildGraph(numbers, meshView(copies), options));
      }
    }),
    { numRuns: 40 },
  );
});

it("keeps what a change does not concern", () => {
  const options = { windowSeconds: 60, type: "versionedApp" } as const;
  const objects = WORKLOADS.flatMap((path) => aWorkload(path));
  const put = (view: MeshView, changed: KubeObject) =>
    applyChanges(view, [
      { type: "put", kind: kindIdOf(changed) ?? expect.unreachable(), object: changed },
    ]);
  const first = meshView(objects);
  const before = buildGraph(readings[0], first, options);
  const unready = aWorkload("shop/pay-v1", { ready: 0 })[0] ?? expect.unreachable();
  const next = put(first, unready);
  const after = buildGraph(readings[0], next, options);
  const changed = after.nodes.filter((node, i) => node !== before.nodes[i]);
  expect(changed.map(({ id }) => id)).toEqual(["shop/pay"]);
  expect(after.edges.every((edge, i) => edge === before.edges[i])).toBe(true);
  const elsewhere = object(["EnvoyFilter", "networking.istio.io/v1alpha3"], ["shop", "x"], {});
  expect(buildGraph(readings[0], put(next, elsewhere), options)).toBe(after);
});

it("reads no kinds but those whose changes it is made again for", () => {
  const read = new Set<KindId>();
  const real = meshView(CANDIDATES);
  const watched: MeshView = {
    ...real,
    list(kind) {
      read.add(kind);
      return real.list(kind);
    },
    get(kind, namespace, name) {
      read.add(kind);
      return real.get(kind, namespace, name);
    },
    lookup(index, key) {
      for (const kind of index.kinds) read.add(kind);
      return real.lookup(index, key);
    },
    derive: (compute) => compute(watched),
  };
  for (const type of GRAPH_TYPES) {
    buildGraph(structuredClone(readings[0]), watched, { windowSeconds: 60, type });
  }
  // The mode of mTLS of a box is told anew each time.
  expect([...read].filter((kind) => !GRAPH_KINDS.includes(kind))).toEqual(["PeerAuthentication"]);
});
