import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Drawing } from "./drawing";
import type { Rect } from "./places";
import { routeAround } from "./route-around";
import { stackBoxes } from "./stack-boxes";

const plate = (x: number, y: number): Rect => ({ x, y, width: 116, height: 38 });
const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Boxes of three plates in a row, side by side as a layout engine sets them. */
function chain(boxes: number, calls: readonly (readonly [number, number])[]) {
  const leaf = (box: number, at: number) => `b${box}/${at}`;
  const places: Record<string, Rect> = {};
  const drawn = Array.from({ length: boxes }, (_, box) => {
    const left = 24 + box * 600;
    places[`box:b${box}`] = { x: left, y: 24, width: 520, height: 90 };
    const leaves = [0, 1, 2].map((at) => {
      places[leaf(box, at)] = plate(left + 14 + at * 180, 62);
      return { id: leaf(box, at), width: 116, height: 38 };
    });
    return { id: `box:b${box}`, name: `b${box}`, leaves, groups: [] };
  });
  const edges = calls.map(([from, to]) => {
    const [source, target] = [leaf(from, 0), leaf(to, 0)];
    return { id: `${source}->${target}`, source, target };
  });
  const drawing: Drawing = { boxes: drawn, loose: [], edges, rails: { left: [], right: [] } };
  return { drawing, layout: { places, routes: {}, width: boxes * 600, height: 140 } };
}

describe("boxes below each other", () => {
  it("begin as soon as their first plate stands right of its caller", () => {
    const { drawing, layout } = chain(3, [
      [0, 1],
      [1, 2],
    ]);
    const { places, width } = stackBoxes(layout, drawing);
    expect(width).toBeLessThan(layout.width * 0.6);
    expect(places["b1/0"]!.x).toBeGreaterThanOrEqual(places["b0/0"]!.x + 116 + 40);
    expect(places["b2/0"]!.x).toBeGreaterThanOrEqual(places["b1/0"]!.x + 116 + 40);
  });

  it("never cover one another, keep what is in them, and call to the right", () => {
    const call = fc.tuple(fc.nat(6), fc.nat(6)).filter(([from, to]) => from < to);
    fc.assert(
      fc.property(fc.array(call, { maxLength: 12 }), (calls) => {
        const { drawing, layout } = chain(7, calls);
        const { places } = stackBoxes(layout, drawing);
        const boxes = drawing.boxes.map(({ id }) => places[id]!);
        for (const [i, box] of boxes.entries()) {
          expect(boxes.slice(i + 1).some((other) => overlap(box, other))).toBe(false);
        }
        for (const [i, { leaves }] of drawing.boxes.entries()) {
          for (const [at, { id }] of leaves.entries()) {
            expect(places[id]!.x - boxes[i]!.x).toBe(14 + at * 180);
          }
        }
        for (const { source, target } of drawing.edges) {
          expect(places[target]!.x).toBeGreaterThan(places[source]!.x + 116);
        }
      }),
    );
  });

  it("set hubs beside the rest, and what no call joins below", () => {
    const { drawing, layout } = chain(4, [[0, 1]]);
    const { places } = stackBoxes(layout, {
      ...drawing,
      rails: { left: ["box:b2"], right: [] },
    });
    const [first, , hub, alone] = [0, 1, 2, 3].map((box) => places[`box:b${box}`]!);
    expect(hub!.x + hub!.width).toBeLessThan(first!.x);
    expect(alone!.y).toBeGreaterThanOrEqual(first!.y);
    const all = drawing.boxes.map(({ id }) => places[id]!);
    expect(all.some((a, i) => all.slice(i + 1).some((b) => overlap(a, b)))).toBe(false);
  });
});

describe("a call with plates in its way", () => {
  it("runs level past each of them, where none is", () => {
    const plates = [plate(0, 100), plate(300, 100), plate(300, 150), plate(600, 100)];
    const [source, above, below, target] = plates as [Rect, Rect, Rect, Rect];
    const bends = routeAround(plates)(source, target);
    expect(bends.length).toBeGreaterThanOrEqual(2);
    for (const { x, y } of bends) {
      for (const { x: left, y: top, width, height } of [above, below]) {
        expect(x > left && x < left + width && y > top && y < top + height).toBe(false);
      }
    }
    const levels = new Set(bends.map(({ y }) => y));
    expect(levels.size).toBe(1);
    const [level = 0] = levels;
    expect(level < above.y || level > below.y + below.height).toBe(true);
  });

  it("is straight where nothing stands between, and runs beside another one", () => {
    const plates = [plate(0, 100), plate(300, 300), plate(600, 100)];
    expect(routeAround(plates)(plates[0]!, plates[2]!)).toEqual([]);
    const blocked = [plate(0, 100), plate(0, 160), plate(300, 110), plate(600, 100)];
    const route = routeAround(blocked);
    const [one, two] = [route(blocked[0]!, blocked[3]!), route(blocked[1]!, blocked[3]!)];
    expect(one[0]?.y).not.toBe(two[0]?.y);
  });
});
