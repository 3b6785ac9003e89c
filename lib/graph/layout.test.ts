import ELK from "elkjs/lib/elk.bundled.js";
import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { drawingOf, layoutServes, topologyKey } from "./drawing";
import { type ElkGraph, elkGraph, readLayout, settle } from "./layout";
import type { Layout } from "./places";
import { aWorkload, requests, telemetry } from "./testing";

const graphOf = (calls: readonly (readonly [string, string, number])[], more: string[] = []) =>
  buildGraph(
    telemetry({ requests: calls.map(([from, to, rate]) => requests(from, to, rate)) }),
    meshView(more.flatMap((path) => aWorkload(path))),
    { windowSeconds: 10, type: "versionedApp" },
  );

const BOOKINFO = [
  ["edge/gateway", "shop/web-v1", 40],
  ["shop/web-v1", "shop/details-v1", 40],
  ["shop/web-v1", "shop/reviews-v1", 30],
  ["shop/web-v1", "shop/reviews-v2", 10],
  ["shop/reviews-v2", "shop/ratings-v1", 10],
] as const;

const elk = new ELK();
const layoutOf = async (graph: ReturnType<typeof graphOf>): Promise<Layout> =>
  readLayout(await elk.layout<ElkGraph>(elkGraph(drawingOf(graph))), drawingOf(graph));

describe("layout", () => {
  it("runs from left to right, callers before those they call", async () => {
    const { places } = await layoutOf(graphOf(BOOKINFO));
    const left = (id: string) => places[id]!.x;
    expect(left("edge/gateway")).toBeLessThan(left("shop/web"));
    expect(left("shop/web")).toBeLessThan(left("shop/reviews@v1"));
    expect(left("shop/reviews@v2")).toBeLessThan(left("shop/ratings"));
  });

  it("puts versions in order into the box of their service, that into its namespace's", async () => {
    const { places } = await layoutOf(graphOf(BOOKINFO));
    const inside = (inner: string, outer: string) => {
      const [a, b] = [places[inner]!, places[outer]!];
      return (
        a.x > b.x && a.y > b.y && a.x + a.width < b.x + b.width && a.y + a.height < b.y + b.height
      );
    };
    expect(inside("shop/reviews@v1", "shop/reviews")).toBe(true);
    expect(inside("shop/reviews", "box:shop")).toBe(true);
    const versions = await layoutOf(graphOf(BOOKINFO, ["shop/reviews-v3", "shop/reviews-v10"]));
    const tops = ["v1", "v2", "v3", "v10"].map((v) => versions.places[`shop/reviews@${v}`]!.y);
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
  });

  it("is the same each time, and does not know of figures", async () => {
    const other = graphOf(BOOKINFO.map(([from, to, rate]) => [from, to, rate * 7] as const));
    expect(await layoutOf(other)).toEqual(await layoutOf(graphOf(BOOKINFO)));
    expect(topologyKey(drawingOf(other))).toBe(topologyKey(drawingOf(graphOf(BOOKINFO))));
  });

  it("moves less than a tenth of the plates by more than 40 px for one that is new", async () => {
    const before = await layoutOf(graphOf(BOOKINFO));
    const grown = graphOf([...BOOKINFO, ["shop/ratings-v1", "shop/store-v1", 1]]);
    const after = settle(await layoutOf(grown), before);
    const leaves = Object.keys(before.places).filter((id) => !id.startsWith("box:"));
    const moved = leaves.filter((id) => {
      const [a, b] = [before.places[id]!, after.places[id]!];
      return Math.hypot(a.x - b.x, a.y - b.y) > 40;
    });
    expect(moved.length).toBeLessThan(leaves.length / 10);
  });

  it("sets what no call joins beside the rest, in rows, and makes room for titles", async () => {
    const apart = Array.from({ length: 12 }, (_, i) => `quiet-namespace-of-team-${i}/svc-v1`);
    const { places, routes, width, height } = await layoutOf(graphOf(BOOKINFO, apart));
    const boxes = Object.entries(places).filter(([id]) => id.startsWith("box:"));
    expect(boxes).toHaveLength(14);
    for (const [id, a] of boxes) {
      const touching = boxes.filter(
        ([other, b]) =>
          other !== id &&
          a.x < b.x + b.width &&
          b.x < a.x + a.width &&
          a.y < b.y + b.height &&
          b.y < a.y + a.height,
      );
      expect(touching).toEqual([]);
    }
    expect(new Set(boxes.slice(2).map(([, { y }]) => y)).size).toBeLessThan(12);
    expect(width / height).toBeGreaterThan(0.9);
    expect(places["box:quiet-namespace-of-team-0"]!.width).toBeGreaterThan(190);
    const bends = Object.values(routes).flat();
    expect(bends.every(({ x, y }) => x >= 0 && x <= width && y >= 0 && y <= height)).toBe(true);
  });

  it("lays a large mesh out box by box", () => {
    const many = Array.from({ length: 200 }, (_, i) => `ns${i % 5}/svc${i}-v1`);
    const drawing = drawingOf(graphOf([["ns0/svc0-v1", "ns1/svc1-v1", 1]], many));
    const asked = elkGraph(drawing);
    expect(asked.layoutOptions?.["elk.hierarchyHandling"]).toBe("SEPARATE_CHILDREN");
    expect(asked.edges).toEqual([
      { id: "box:ns0>box:ns1", sources: ["box:ns0"], targets: ["box:ns1"] },
    ]);
  });
});

describe("a layout that exists", () => {
  const drawing = drawingOf(graphOf(BOOKINFO));

  const withEdges = (count: number) => ({
    ...drawing,
    edges: [
      ...drawing.edges,
      ...Array.from({ length: count }, (_, i) => ({ id: `new ${i}`, source: "a", target: "b" })),
    ],
  });

  it("serves while edges end, and while few are new", () => {
    expect(layoutServes(drawing, { ...drawing, edges: drawing.edges.slice(1) })).toBe(true);
    expect(layoutServes(drawing, withEdges(2))).toBe(true);
  });

  it("does not serve other plates, nor a picture without most of its edges", () => {
    expect(layoutServes(drawing, drawingOf(graphOf(BOOKINFO, ["shop/new-v1"])))).toBe(false);
    expect(layoutServes(drawing, withEdges(3))).toBe(false);
    expect(layoutServes({ ...drawing, edges: [] }, drawing)).toBe(false);
  });
});
