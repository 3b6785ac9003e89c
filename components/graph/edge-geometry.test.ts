import { describe, expect, it } from "vitest";
import type { Layout } from "@/lib/graph/places";
import { edgeCurves, placeLabels, pointAt, relativeControls } from "./edge-geometry";

const plate = (x: number, y: number) => ({ x, y, width: 116, height: 38 });
const layout: Layout = {
  places: { a: plate(0, 100), b: plate(300, 0), c: plate(300, 200) },
  routes: {},
  width: 500,
  height: 300,
};
const edges = [
  { id: "ac", source: "a", target: "c" },
  { id: "ab", source: "a", target: "b" },
];

describe("curves", () => {
  it("leave at the right and arrive at the left, in the order of their targets", () => {
    const curves = edgeCurves(edges, layout);
    const [ab, ac] = [curves.get("ab")!, curves.get("ac")!];
    expect([ab.start.x, ab.end.x]).toEqual([116, 300]);
    expect(ab.start.y).toBeLessThan(ac.start.y);
    expect(ab.end).toEqual({ x: 300, y: 19 });
  });

  it("are flat at both ends and pass through the middle", () => {
    const ab = edgeCurves(edges, layout).get("ab")!;
    expect(pointAt(ab, 0)).toEqual(ab.start);
    expect(pointAt(ab, 1)).toEqual(ab.end);
    expect(pointAt(ab, 0.5)).toEqual({ x: 208, y: (ab.start.y + ab.end.y) / 2 });
    expect(ab.controls[0]!.y).toBe(ab.start.y);
  });

  it("swing out where they run back to the left", () => {
    const back = edgeCurves([{ id: "ba", source: "b", target: "a" }], layout).get("ba")!;
    expect(back.controls[0]!.x).toBeGreaterThan(back.start.x);
    expect(back.controls[1]!.x).toBeLessThan(back.end.x);
  });

  it("stay level in the gap that the layout found past a plate", () => {
    const past: Layout = {
      ...layout,
      places: { a: plate(0, 100), between: plate(200, 90), far: plate(500, 100) },
      routes: {
        af: [
          { x: 190, y: 150 },
          { x: 330, y: 150 },
        ],
      },
    };
    const af = edgeCurves([{ id: "af", source: "a", target: "far" }], past).get("af")!;
    const points = Array.from({ length: 201 }, (_, i) => pointAt(af, i / 200));
    const beside = points.filter(({ x }) => x >= 200 && x <= 316);
    expect(beside.length).toBeGreaterThan(10);
    expect(beside.every(({ y }) => Math.abs(y - 150) < 0.01)).toBe(true);
  });

  it("give the canvas control points that mean the same", () => {
    const ab = edgeCurves(edges, layout).get("ab")!;
    const { weights, distances } = relativeControls(ab);
    const [dx, dy] = [ab.end.x - ab.start.x, ab.end.y - ab.start.y];
    const length = Math.hypot(dx, dy);
    ab.controls.forEach((control, i) => {
      // As the canvas reads them: along the line, then off it by its left-hand normal.
      const x = ab.start.x + dx * weights[i]! + (-dy / length) * distances[i]!;
      const y = ab.start.y + dy * weights[i]! + (dx / length) * distances[i]!;
      expect(x).toBeCloseTo(control.x, 6);
      expect(y).toBeCloseTo(control.y, 6);
    });
  });

  it("leave out what has no place and calls to itself", () => {
    const odd = [
      { id: "aa", source: "a", target: "a" },
      { id: "ax", source: "a", target: "x" },
    ];
    expect([...edgeCurves(odd, layout).keys()]).toEqual([]);
  });
});

describe("labels", () => {
  const curves = edgeCurves(edges, layout);

  it("stand in the middle of their edge", () => {
    const placed = placeLabels([{ id: "ab", width: 40, height: 18 }], curves, []);
    expect(placed.get("ab")).toEqual(pointAt(curves.get("ab")!, 0.5));
  });

  it("move along it before they cover a plate or another label", () => {
    const middle = pointAt(curves.get("ab")!, 0.5);
    const inTheWay = { x: middle.x - 5, y: middle.y - 5, width: 10, height: 10 };
    const placed = placeLabels([{ id: "ab", width: 40, height: 18 }], curves, [inTheWay]).get(
      "ab",
    )!;
    expect(Math.abs(placed.y - middle.y)).toBeGreaterThan(9);
  });
});
