import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { boxContents } from "./box-contents";
import { buildGraph } from "./build-graph";
import { foldGraph } from "./fold-graph";
import { aWorkload, requests, telemetry } from "./testing";

const NONE: ReadonlySet<string> = new Set();
const graph = buildGraph(
  telemetry({
    requests: [
      requests("edge/gate-v1", "shop/web-v1", 30),
      requests("shop/web-v1", "shop/cart-v1", 20),
      requests("shop/web-v1", "shop/cart-v1", 5, { response_code: "503" }),
      requests("shop/web-v1", "bank/pay-v1", 2),
    ],
  }),
  meshView(
    ["edge/gate-v1", "shop/web-v1", "shop/cart-v1", "bank/pay-v1"].flatMap((w) => aWorkload(w)),
  ),
  { windowSeconds: 60, type: "app" },
);

describe("the contents of a box", () => {
  it("are its services, worst first, and the calls over its rim and within", () => {
    const shop = boxContents(graph, graph, "box:shop") ?? expect.unreachable();
    expect(shop.members.map(({ name, health }) => `${name} ${health.state}`)).toEqual([
      "cart failing",
      "web healthy",
    ]);
    expect(shop.counts).toMatchObject({ failing: 1, healthy: 1 });
    expect([shop.into, shop.within, shop.outOf].map((t) => t.requestsPerSecond)).toEqual([
      30, 25, 2,
    ]);
    expect(shop.within.errorRatio).toBeCloseTo(0.2);
  });

  it("are what was folded into a group", () => {
    const options = { opened: NONE, closed: new Set(["shop"]), kept: new Set(["shop/cart"]) };
    const { graph: drawn } = foldGraph(graph, options);
    const rest = boxContents(graph, drawn, "group:shop") ?? expect.unreachable();
    expect(rest.members.map(({ id }) => id)).toEqual(["shop/web"]);
    expect(rest.box).toBe("shop");
  });

  it("name the boxes of a group that gathers several", () => {
    const more = { ...graph.nodes[0]!, id: "group:*", kind: "group" as const };
    const { namespace: _, ...group } = more;
    const drawn = { nodes: [group, ...graph.nodes.filter(({ id }) => id === "edge/gate")] };
    const rest = boxContents(graph, drawn, "group:*") ?? expect.unreachable();
    expect(rest.boxes.map(({ name, services, state }) => [name, services, state])).toEqual([
      ["shop", 2, "failing"],
      ["bank", 1, "healthy"],
    ]);
    expect(rest.box).toBeUndefined();
  });

  it("are nothing where there is no such box", () => {
    expect(boxContents(graph, graph, "box:nowhere")).toBeUndefined();
    expect(boxContents(graph, graph, "group:shop")).toBeUndefined();
  });
});
