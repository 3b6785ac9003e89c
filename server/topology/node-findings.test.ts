import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { buildGraph } from "@/lib/graph/build-graph";
import { aWorkload } from "@/lib/graph/testing";
import { anObject } from "@/lib/mesh/testing";
import { meshView } from "@/lib/mesh/view";
import { meshAnalysis } from "../config/mesh-analysis";
import { nodeFindings } from "./node-findings";

const route = (subset: string) =>
  anObject("VirtualService", "shop/to-cart", {
    hosts: ["cart"],
    http: [{ route: [{ destination: { host: "cart", subset } }] }],
  });
const rule = anObject("DestinationRule", "shop/cart", {
  host: "cart",
  subsets: [{ name: "v1", labels: { version: "v1" } }],
});
const clock = { now: () => instant(0), sleep: () => Promise.resolve() };

test("a node has the findings of what decides about it, and their objects", () => {
  const of = (subset: string) => {
    const view = meshView([...aWorkload("shop/cart-v1"), route(subset), rule]);
    const { nodes } = buildGraph(undefined, view, { windowSeconds: 60, type: "service" });
    return nodeFindings(nodes, meshAnalysis({ view: () => view }, clock).current());
  };
  const [wrong, right] = [of("v9")["shop/cart"], of("v1")["shop/cart"]];
  const virtualService = { kind: "VirtualService", namespace: "shop", name: "to-cart" };
  expect(wrong?.counts.errors).toBe((right?.counts.errors ?? 0) + 1);
  expect(wrong?.objects).toContainEqual(virtualService);
});
