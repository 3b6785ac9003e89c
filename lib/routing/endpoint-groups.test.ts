import { describe, expect, it } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { aMesh, anObject, aPod, aService, aSlice } from "@/lib/mesh/testing";
import { Balancer } from "./balancer";
import { decided } from "./testing";

const node = (name: string, zone: string): KubeObject => ({
  ...anObject("Node", `/${name}`),
  metadata: {
    name,
    labels: {
      "topology.kubernetes.io/region": zone.split("-")[0] ?? "",
      "topology.kubernetes.io/zone": zone,
    },
  },
});
const on = (pod: KubeObject, nodeName: string): KubeObject => ({
  ...pod,
  spec: { ...(pod["spec"] as object), nodeName },
});
const outlierDetection = { consecutive5xxErrors: 1, maxEjectionPercent: 100 };

/** `web` in us-a; of `reviews` v1 is there too, v2 in us-b, v3 in eu-a, v4 in asia-a. */
function sent(trafficPolicy: object, more: readonly KubeObject[] = []) {
  const zones = ["us-a", "us-b", "eu-a", "asia-a"];
  const pods = zones.map((zone, index) =>
    on(
      aPod(`shop/reviews-v${index + 1}`, {
        ip: `10.0.0.${index + 1}`,
        labels: { tier: index % 2 === 0 ? "gold" : "tin" },
      }),
      zone,
    ),
  );
  const mesh = aMesh(
    ...zones.map((zone) => node(zone, zone)),
    on(aPod("shop/web-v1", { ip: "10.0.0.9", labels: { tier: "gold" } }), "us-a"),
    ...pods,
    aService("shop/reviews"),
    aSlice("shop/reviews", pods),
    anObject("DestinationRule", "shop/reviews", { host: "reviews", trafficPolicy }),
    ...more,
  );
  const { action } = decided(mesh);
  if (action.type !== "forward") throw new Error("not forwarded");
  return action;
}

function spreadOf(trafficPolicy: object, more: readonly KubeObject[] = []) {
  const action = sent(trafficPolicy, more);
  const shares = (out: readonly string[] = []) => {
    const ejected = new Set(out.map((version) => `10.0.0.${version.slice(1)}`));
    const { endpoints, weights } = action.rebalance?.(ejected) ?? action;
    const total = endpoints.reduce((sum, _, index) => sum + (weights?.[index] ?? 1), 0);
    return Object.fromEntries(
      endpoints.map(
        ({ labels }, index) =>
          [
            labels["version"] ?? "",
            Math.round((1000 * (weights?.[index] ?? 1)) / total) / 10,
          ] as const,
      ),
    );
  };
  return shares;
}
const lb = (localityLbSetting: object, more: object = { outlierDetection }) =>
  spreadOf({ loadBalancer: { localityLbSetting }, ...more });

const ALL = { v1: 25, v2: 25, v3: 25, v4: 25 };

describe("endpoints by locality", () => {
  it("are all alike without outlier detection, or where it is switched off", () => {
    expect(spreadOf({})()).toEqual(ALL);
    expect(lb({ enabled: false })()).toEqual(ALL);
  });
  it("fail over by distance: zone, region, then everywhere else", () => {
    const shares = spreadOf({ outlierDetection });
    expect(shares()).toEqual({ v1: 100 });
    expect(shares(["v1"])).toEqual({ v2: 100 });
    expect(shares(["v1", "v2"])).toEqual({ v3: 50, v4: 50 });
    expect(shares(["v1", "v2", "v3", "v4"])).toEqual({});
  });
  it("fail over to the region that is named before others", () => {
    const shares = lb({ failover: [{ from: "us", to: "asia" }] });
    expect(shares(["v1", "v2"])).toEqual({ v4: 100 });
    expect(shares(["v1", "v2", "v4"])).toEqual({ v3: 100 });
  });
  it("fail over by labels that they share with the client", () => {
    const shares = lb({ failoverPriority: ["tier", "topology.kubernetes.io/region"] });
    expect(shares()).toEqual({ v1: 100 });
    expect(shares(["v1"])).toEqual({ v3: 100 });
    expect(shares(["v1", "v3"])).toEqual({ v2: 50, v4: 50 });
    expect(lb({ failoverPriority: ["tier=tin"] })()).toEqual({ v2: 50, v4: 50 });
  });
  it("take the weights of the client's locality, and nothing where none is named", () => {
    const distribute = [{ from: "us/us-a/*", to: { "us/us-a/*": 80, "us/*": 15, "eu/*": 5 } }];
    expect(lb({ distribute }, {})()).toEqual({ v1: 80, v2: 15, v3: 5 });
    expect(lb({ distribute: [{ from: "eu", to: { "*": 100 } }] }, {})()).toEqual(ALL);
  });
  it("go by the mesh config where the DestinationRule says nothing", () => {
    const mesh = (setting: string) => ({
      ...anObject("ConfigMap", "istio-system/istio"),
      data: { mesh: `localityLbSetting: ${setting}` },
    });
    expect(spreadOf({ outlierDetection }, [mesh("{enabled: false}")])()).toEqual(ALL);
    const split = mesh("{distribute: [{from: us, to: {us/us-b: 100}}]}");
    expect(spreadOf({}, [split])()).toEqual({ v2: 100 });
  });
});

describe("a retry that turns to remote localities", () => {
  const { elsewhere, endpoints } = sent({ outlierDetection });
  const [v1] = endpoints;
  const next = (tried: number) => {
    if (!v1 || !elsewhere) throw new Error("all are of one priority");
    let last = v1;
    const all = [v1];
    for (let index = 1; index < tried; index += 1) {
      last = elsewhere(all).endpoints[0] ?? v1;
      all.push(last);
    }
    return elsewhere(all).endpoints.map(({ labels }) => labels["version"]);
  };
  it("leaves out the priorities tried before after every second try", () => {
    expect(endpoints.map(({ labels }) => labels["version"])).toEqual(["v1"]);
    expect([1, 2, 3, 4].map(next)).toEqual([["v1"], ["v2"], ["v2"], ["v3", "v4"]]);
  });
  it("begins anew once all were tried", () => expect(next(6)).toEqual(["v1"]));
});

describe("a priority of which some endpoints are ejected", () => {
  const endpoints = (priority: number, addresses: readonly string[]) => ({
    locality: { region: "", zone: "", subzone: "" },
    endpoints: addresses.map((address) => ({
      address,
      port: 80,
      ready: true,
      pod: undefined,
      labels: {},
      namespace: "",
      serviceAccount: "",
      tlsMode: "disabled" as const,
    })),
    weight: addresses.length,
    priority,
  });
  const groups = [endpoints(0, ["a", "b", "c", "d", "e"]), endpoints(1, ["f"])];
  const shares = (ejected: readonly string[], panicPercent: number) => {
    const balancer = new Balancer({ groups, byLocality: false }, panicPercent);
    const { endpoints: chosen, weights } = balancer.choices(new Set(ejected));
    return Object.fromEntries(
      chosen.map(({ address }, i) => [
        address,
        Math.round(100 * (weights?.[i] ?? 1 / chosen.length)),
      ]),
    );
  };
  it("takes all for as long as 1.4 times the healthy part is enough", () => {
    expect(shares(["a"], 0)).toEqual({ b: 25, c: 25, d: 25, e: 25 });
    // 1.4 × 2/5 = 56 %.
    expect(shares(["a", "b", "c"], 0)).toEqual({ d: 28, e: 28, f: 44 });
  });
  it("takes the ejected ones too where less than minHealthPercent are left in all", () => {
    const most = ["a", "b", "c", "d", "f"];
    expect(shares(most, 0)).toEqual({ e: 100 });
    expect(shares(most, 30)).toMatchObject({ a: 20, e: 20 });
    expect(shares([...most, "e"], 30)).toEqual({ a: 17, b: 17, c: 17, d: 17, e: 17, f: 17 });
  });
});
