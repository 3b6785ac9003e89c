import { describe, expect, it } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { aService, aWorkload, requests, telemetry } from "./testing";

const responses = telemetry({
  requests: [
    requests("shop/web-v1", "shop/cart-v1", 90),
    requests("shop/web-v1", "shop/cart-v1", 10, { response_code: "404" }),
  ],
});

const judged = (...objects: KubeObject[]) => {
  const view = meshView([...aWorkload("shop/cart-v1"), ...objects]);
  const graph = buildGraph(responses, view, { windowSeconds: 60, type: "app" });
  const node = graph.nodes.find(({ id }) => id === "shop/cart");
  const [edge] = graph.edges;
  return { node: node?.health, edge: edge?.health.state };
};

const annotated = (object: KubeObject, rate: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { "health.kiali.io/rate": rate } },
});
const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
const configMap = (home: string, rules: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: home, name: "quarterdeck-health" },
  data: { rules },
});

describe("limits that somebody set", () => {
  it("judge by Kiali's annotation on the Service, and say so", () => {
    expect(judged(aService("shop/cart")).node?.state).toBe("healthy");
    const { node, edge } = judged(annotated(aService("shop/cart"), "4XX,5,20,http,inbound"));
    expect([node?.state, edge]).toEqual(["degraded", "degraded"]);
    expect(node?.text.replaceAll("\u00a0", " ")).toBe(
      "10.0 % of 100 requests/s end in 4XX; amber from 5 %, by annotation health.kiali.io/rate of Service shop/cart",
    );
  });

  it.each([
    ["404,1,10", "failing"],
    ["404,1,10,grpc", "healthy"],
    ["404,1,10,http,outbound", "healthy"],
    ["nonsense;404,1,10,http,.*", "failing"],
    ["404,one,ten", "healthy"],
  ])("read %s of a namespace", (rate, state) => {
    expect(judged(annotated(namespace, rate)).node?.state).toBe(state);
  });

  it("come from a ConfigMap of the namespace, or of the root, by namespace, kind and name", () => {
    const root = configMap("istio-system", "- {namespace: 'sh*', codes: 4xx, failing: 10}");
    expect(judged(root).node?.state).toBe("failing");
    expect(judged(root, configMap("shop", "- {name: ca?t, failing: 50 %}")).node?.state).toBe(
      "healthy",
    );
    const other = configMap("istio-system", "- {kind: gateway, codes: 4xx, failing: 10}");
    expect(judged(other).node?.state).toBe("healthy");
    expect(judged(configMap("istio-system", "- [nonsense")).node?.state).toBe("healthy");
  });
});
