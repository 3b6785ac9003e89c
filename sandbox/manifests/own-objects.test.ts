import { beforeEach, describe, expect, it } from "vitest";
import { emptyCluster } from "@/sandbox/api/cluster-state";
import { manualClock } from "@/sandbox/clock";
import { UsageError } from "@/sandbox/options";
import { plainPoints } from "@/sandbox/plain-points";
import { seededRandom } from "@/sandbox/random";
import { scenarioContent } from "@/sandbox/scenarios/registry";
import { startTraffic } from "@/sandbox/traffic/start-traffic";
import { startWorkloads } from "@/sandbox/workloads/start-workloads";
import { withOwnObjects } from "./own-objects";

const workload = (kind: string, name: string, containers: string): string => `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name}, version: v1 } }
    spec: { containers: [${containers}] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 8080 }] }
`;

const SHOP = [
  workload(
    "Deployment",
    "web",
    '{ name: web, image: w, env: [{ name: API, value: "http://api:8080/v1" }] }',
  ),
  workload("Deployment", "api", '{ name: api, image: a, args: ["--store=store.default:8080"] }'),
  workload("StatefulSet", "store", "{ name: store, image: s }"),
  workload("Deployment", "lonely", "{ name: lonely, image: l }"),
  `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*.example.com"] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: ["*.example.com"]
  gateways: [public]
  http: [{ match: [{ uri: { prefix: /shop } }], route: [{ destination: { host: web } }] }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
`,
].join("---\n");

function cluster() {
  const clock = manualClock();
  const random = seededRandom(1);
  const state = emptyCluster(clock, () => random.next());
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } };
  state.store.create(namespace);
  const { objects, traffic } = scenarioContent("empty", 1);
  for (const object of objects) state.store.create(object);
  return { clock, state, traffic };
}

let at: ReturnType<typeof cluster>;
beforeEach(() => {
  at = cluster();
});
const load = (text: string, file = "shop.yaml") =>
  withOwnObjects(at.state, at.traffic, [{ file, text }]);

describe("objects of one's own", () => {
  it("become pods with sidecars that ask each other, found out from what they say", () => {
    const model = load(SHOP);
    const { store } = at.state;
    startWorkloads(store, at.clock).settle();
    const pods = store
      .view()
      .list("Pod")
      .filter(({ metadata }) => metadata.namespace === "default");
    expect(pods).toHaveLength(8);
    expect(pods.map(({ metadata }) => metadata.name)).toContain("store-1");
    for (const pod of pods) {
      expect(pod).toMatchObject({
        spec: { containers: [{}, { name: "istio-proxy" }] },
        status: { phase: "Running" },
      });
    }
    const traffic = startTraffic({
      store,
      clock: at.clock,
      seed: 1,
      distribution: { meshOf: () => store.view() },
      logs: at.state.logs,
      model,
    });
    for (let second = 0; second < 5; second += 1) at.clock.advance(1000);
    const edges = new Set(
      traffic
        .metricSources()
        .flatMap((source) => [...plainPoints(source.collect() ?? [])])
        .filter(
          ({ name, labels }) => name === "istio_requests_total" && labels["reporter"] === "source",
        )
        .map(({ labels }) =>
          [
            labels["source_workload"],
            labels["destination_service_name"],
            labels["response_code"],
          ].join(" "),
        ),
    );
    expect([...edges].sort()).toEqual([
      "api store 200",
      "client-v1 lonely 200",
      "istio-ingressgateway web 200",
      "web api 200",
    ]);
  });

  it("leave out sidecars where their namespace does not ask for them", () => {
    load(`
apiVersion: v1
kind: Namespace
metadata: { name: plain }
---
apiVersion: v1
kind: Pod
metadata: { name: one, namespace: plain, labels: { app: one } }
spec: { containers: [{ name: one, image: o }] }
`);
    expect(at.state.store.get("Pod", "plain", "one")).toMatchObject({
      spec: { containers: [{ name: "one" }] },
    });
  });

  it("replace what the scenario has of the same name", () => {
    load(`
apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: istio-ingress }
spec: { selector: { app: mine }, ports: [{ name: http, port: 8081 }] }
`);
    expect(at.state.store.get("Service", "istio-ingress", "istio-ingressgateway")).toMatchObject({
      spec: { selector: { app: "mine" }, ports: [{ port: 8081 }] },
    });
  });

  it.each([
    ["kind: Service\nmetadata: { name: a }", "shop.yaml:1:1: apiVersion: must be a text"],
    ["apiVersion: v1\nkind: Service", "shop.yaml:1:1: metadata: must hold a name"],
    ["a: [", "shop.yaml:1:5: "],
    ["- 1", "shop.yaml:1:1: is no Kubernetes object"],
    [
      "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: web }\nspec:\n  hosts: [web]\n  http:\n    - routes: []",
      "shop.yaml:11:7: spec.http[0].routes: unknown field",
    ],
    [
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: web }\nspec:\n  servers:\n    - hosts: [a]\n      port: { number: x, name: http, protocol: HTTP }",
      "shop.yaml:7:23: spec.servers[0].port.number: ",
    ],
  ])("are refused at their line: %s", (text, message) => {
    expect(() => load(text)).toThrow(UsageError);
    expect(() => load(text)).toThrow(message);
  });
});
