import { describe, expect, it } from "vitest";
import { buildGraph } from "@/lib/graph/build-graph";
import { aWorkload, anIstio, aService, requests, telemetry } from "@/lib/graph/testing";
import { meshView } from "@/lib/mesh/view";
import { busiestEdges, type EdgeLabelChoice, edgeViews } from "./edge-views";
import { nextInDirection } from "./move-focus";
import { plateViews } from "./plate-views";
import { relatedTo } from "./related";

const split = [
  aService("shop/reviews"),
  ...aWorkload("shop/reviews-v1"),
  ...aWorkload("shop/reviews-v2"),
  ...aWorkload("shop/db", { ready: 0 }),
  anIstio("VirtualService", "shop/reviews", {
    hosts: ["reviews"],
    http: [
      {
        route: [
          { destination: { host: "reviews", subset: "v1" }, weight: 80 },
          { destination: { host: "reviews", subset: "v2" }, weight: 20 },
        ],
      },
    ],
  }),
  anIstio("DestinationRule", "shop/reviews", {
    host: "reviews",
    subsets: ["v1", "v2"].map((version) => ({ name: version, labels: { version } })),
  }),
];
const graph = buildGraph(
  telemetry({
    requests: [
      requests("shop/web-v1", "shop/reviews-v1", 80),
      requests("shop/web-v1", "shop/reviews-v2", 20),
      requests("shop/web-v1", "shop/cart-v1", 9),
      requests("shop/web-v1", "shop/cart-v1", 1, { response_code: "503", response_flags: "UF" }),
    ],
    tcpSent: [requests("shop/cart-v1", "shop/store-v1", 2_100_000)],
  }),
  meshView(split),
  { windowSeconds: 10, type: "versionedApp" },
);

describe("plates", () => {
  it("say in their names all that they show", () => {
    expect(plateViews(graph).map(({ name }) => name.replaceAll("\u00a0", " "))).toEqual([
      "cart, 10 requests/s, 10.0 % errors, failing",
      "db, 0 of 1 pods ready, failing",
      "reviews, 100 requests/s, 0 % errors, healthy",
      "reviews v1 80 %, 80 requests/s, 0 % errors, healthy",
      "reviews v2 20 %, canary, 20 requests/s, 0 % errors, healthy",
      "store, TCP 2.1 MB/s, healthy",
      "web, healthy",
    ]);
  });

  it("have a second line of figures, or of why there are none", () => {
    const lines = plateViews(graph).map(({ title, line }) => `${title}: ${line}`);
    expect(lines.map((line) => line.replaceAll("\u00a0", " "))).toEqual([
      "cart: 10/s · 10.0 %",
      "db: 0 of 1 ready",
      "reviews: 100/s",
      "v1: 80/s",
      "v2: 20/s",
      "store: TCP 2.1 MB/s",
      "web: sends only",
    ]);
  });
});

describe("edges", () => {
  const draw = (choice: EdgeLabelChoice) =>
    edgeViews(graph, { choice, selected: null, busiest: new Set() }).map(
      ({ id, classes, label }) =>
        `${id} [${classes}] ${label?.lines.join(" / ").replaceAll("\u00a0", " ") ?? ""}`,
    );

  it("are as wide as their rate, coloured by what is wrong, labelled where it matters", () => {
    expect(draw("rate")).toEqual([
      "shop/cart->shop/store [width-0 ok] ",
      "shop/web->shop/cart [width-0 fail] 10/s / 10.0 %, 503 UF",
      "shop/web->shop/reviews@v1 [width-1 ok] 80 %",
      "shop/web->shop/reviews@v2 [width-0 canary] 20 %",
    ]);
  });

  it("say what else is chosen, but failures first", () => {
    expect(draw("mtls")[1]).toContain("503 UF");
    expect(draw("mtls")[2]).toContain("mTLS ?");
    expect(draw("errors")[2]).toContain("0 %");
    expect(draw("split")[3]).toContain("20 %");
    expect(draw("p95")[2]).toBe("shop/web->shop/reviews@v1 [width-1 ok] ");
  });

  it("keep a label until another edge is clearly busier", () => {
    const kept = busiestEdges(graph, new Set(["shop/web->shop/cart"]));
    expect(kept.has("shop/web->shop/reviews@v1")).toBe(true);
    expect(busiestEdges(graph, new Set()).size).toBe(3);
  });
});

it("keeps a service's versions, calls and their other ends in full ink", () => {
  expect([...(relatedTo("shop/reviews", graph) ?? [])].sort()).toEqual([
    "shop/reviews",
    "shop/reviews@v1",
    "shop/reviews@v2",
    "shop/web",
    "shop/web->shop/reviews@v1",
    "shop/web->shop/reviews@v2",
  ]);
  expect(relatedTo("shop/gone", graph)).toBeUndefined();
});

describe("arrows", () => {
  const plate = (x: number, y: number) => ({ x, y, width: 100, height: 40 });
  const layout = {
    places: { a: plate(0, 0), near: plate(150, 0), called: plate(300, 100), below: plate(0, 80) },
    routes: {},
    width: 400,
    height: 200,
  };
  const around = { ids: Object.keys(layout.places), layout };

  it("follow calls before they take what is nearest", () => {
    const edges = [{ source: "a", target: "called" }];
    expect(nextInDirection("a", "right", { ...around, edges })).toBe("called");
    expect(nextInDirection("called", "left", { ...around, edges })).toBe("a");
  });

  it("move in space where no call leads on, and stop at the rim", () => {
    expect(nextInDirection("a", "right", { ...around, edges: [] })).toBe("near");
    expect(nextInDirection("a", "down", { ...around, edges: [] })).toBe("below");
    expect(nextInDirection("a", "up", { ...around, edges: [] })).toBeUndefined();
  });
});
