import { expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { summarise } from "./graph-summary";
import { scopeGraph } from "./scope-graph";
import { aWorkload, requests, telemetry } from "./testing";

const graph = buildGraph(
  telemetry({
    requests: [
      requests("unknown/unknown", "shop/web-v1", 40, { reporter: "destination" }),
      requests("shop/web-v1", "shop/cart-v1", 38),
      requests("shop/web-v1", "shop/cart-v1", 2, { response_code: "503", response_flags: "UF" }),
      requests("shop/cart-v1", "data/db-v1", 98),
      requests("shop/cart-v1", "data/db-v1", 2, { response_code: "500" }),
      requests("data/db-v1", "disk/store-v1", 1),
    ],
  }),
  meshView(aWorkload("shop/idle-v1")),
  { windowSeconds: 10, type: "versionedApp" },
);

it("names what fails, worst first, and counts the rest", () => {
  const summary = summarise(graph);
  expect(summary.unwell.map(({ id, health }) => `${id} ${health.text}`)).toEqual([
    "shop/cart 5.0\u00a0% of 40 requests/s fail; red from 5\u00a0%",
    "data/db 2.0\u00a0% of 100 requests/s fail; amber from 1\u00a0%",
  ]);
  expect([summary.services, summary.withTraffic]).toEqual([5, 4]);
  expect(summary.counts).toEqual({ failing: 1, degraded: 1, healthy: 2, idle: 1, unknown: 0 });
});

it("keeps a namespace's own services and their neighbours", () => {
  const scoped = scopeGraph(graph, ["shop"]);
  expect(scoped.nodes.map(({ id }) => id)).toEqual([
    "data/db",
    "shop/cart",
    "shop/idle",
    "shop/web",
    "unknown",
  ]);
  expect(scoped.edges.map(({ id }) => id)).toEqual([
    "shop/cart->data/db",
    "shop/web->shop/cart",
    "unknown->shop/web",
  ]);
  expect(scoped.boxes.map(({ namespace }) => namespace)).toEqual(["data", "shop"]);
});

it("shows the whole mesh when no namespace is chosen", () => {
  expect(scopeGraph(graph, [])).toBe(graph);
});
