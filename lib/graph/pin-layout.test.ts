import { describe, expect, it } from "vitest";
import type { Drawing } from "./drawing";
import type { Layout } from "./places";
import { pinLayout } from "./pin-layout";

const leaf = (id: string) => ({ id, width: 100, height: 40 });
const drawing: Drawing = {
  boxes: [
    {
      id: "box:shop",
      name: "shop",
      titleWidth: 120,
      leaves: [leaf("shop/web"), leaf("shop/cart")],
      groups: [
        { id: "shop/reviews", versions: [leaf("shop/reviews@v1"), leaf("shop/reviews@v2")] },
      ],
    },
  ],
  loose: [leaf("unknown")],
  rails: { left: [], right: [] },
  edges: [
    { id: "web->cart", source: "shop/web", target: "shop/cart" },
    { id: "unknown->web", source: "unknown", target: "shop/web" },
  ],
};
const place = (x: number, y: number) => ({ x, y, width: 100, height: 40 });
const layout: Layout = {
  places: {
    unknown: place(0, 100),
    "box:shop": { x: 150, y: 40, width: 500, height: 300 },
    "shop/web": place(200, 100),
    "shop/cart": place(400, 100),
    "shop/reviews": { x: 390, y: 160, width: 120, height: 150 },
    "shop/reviews@v1": place(400, 200),
    "shop/reviews@v2": place(400, 250),
  },
  routes: { "web->cart": [{ x: 320, y: 80 }], "unknown->web": [{ x: 150, y: 80 }] },
  width: 650,
  height: 340,
};

describe("pins", () => {
  it("put a plate where somebody wants it; its box grows, and nothing else moves", () => {
    const { places, routes } = pinLayout(layout, drawing, { "shop/cart": { x: 900, y: 500 } });
    expect(places["shop/cart"]).toEqual(place(900, 500));
    expect(places["box:shop"]).toEqual({ x: 186, y: 62, width: 828, height: 492 });
    expect([places["shop/web"], places.unknown]).toEqual([
      layout.places["shop/web"],
      layout.places.unknown,
    ]);
    expect(Object.keys(routes)).toEqual(["unknown->web"]);
  });

  it("take the versions of a service along", () => {
    const { places } = pinLayout(layout, drawing, { "shop/reviews": { x: 490, y: 260 } });
    expect(places["shop/reviews@v1"]).toEqual(place(500, 300));
    expect(places["shop/reviews@v2"]).toEqual(place(500, 350));
    expect(places["shop/reviews"]).toMatchObject({ x: 490, y: 268 });
  });

  it("leave a layout as it is where they name nothing in it", () => {
    expect(pinLayout(layout, drawing, { "gone/away": { x: 1, y: 1 } })).toBe(layout);
    expect(pinLayout(layout, drawing, {})).toBe(layout);
  });
});
