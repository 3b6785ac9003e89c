import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { drawnCalls } from "./drawn-calls";
import { requests, telemetry } from "./testing";

const NOTHING = new Set<string>();

/** Every one of so many services calls every other: `rate` says how much. */
function tangle(services: number, rate: (from: number, to: number) => number, failing = "") {
  const calls = Array.from({ length: services * services }, (_, i) => {
    const [from, to] = [Math.floor(i / services), i % services];
    const more = `${from}>${to}` === failing ? { response_code: "503" } : {};
    return from === to ? [] : [requests(`a/s${from}-v1`, `a/s${to}-v1`, rate(from, to), more)];
  });
  const measured = telemetry({ requests: calls.flat() });
  return buildGraph(measured, meshView([]), { windowSeconds: 10, type: "app" });
}

describe("calls that are drawn", () => {
  it("are all of them in a small picture", () => {
    const graph = tangle(8, () => 1);
    expect(drawnCalls(graph, NOTHING).drawn.size).toBe(graph.edges.length);
  });

  it("are few of a tangle, and still lead to every service", () => {
    const graph = tangle(20, (from, to) => from + to);
    const { drawn } = drawnCalls(graph, NOTHING);
    expect(drawn.size).toBeLessThanOrEqual(60);
    const reached = graph.edges.filter(({ id }) => drawn.has(id)).map(({ target }) => target);
    expect(new Set(reached).size).toBe(20);
  });

  it("always hold what fails, however quiet it is", () => {
    const graph = tangle(20, (from, to) => (from === 3 && to === 4 ? 1 : 1000), "3>4");
    expect(drawnCalls(graph, NOTHING).drawn.has("a/s3->a/s4")).toBe(true);
  });

  it("name hubs by the number of those who call them", () => {
    const star = tangle(30, (from, to) => (to === 0 || from === to - 1 ? 5 : 0));
    const busy = { ...star, edges: star.edges.filter((edge) => edge.traffic.requestsPerSecond) };
    const many = { ...busy, edges: [...busy.edges, ...star.edges.slice(0, 40)] };
    const { hubs } = drawnCalls(many, NOTHING);
    expect([...hubs]).toEqual([["a/s0", { callers: 29, callees: 29 }]]);
  });

  it("leave hubs out on either side, save for what fails", () => {
    // s0 calls everybody, everybody calls s1, and each calls the next one.
    const { nodes, edges } = tangle(
      30,
      (from, to) => (from === 0 || to === 1 || from === to - 1 ? 5 : 0),
      "0>9",
    );
    const graph = {
      ...tangle(1, () => 1),
      nodes,
      edges: edges.filter(({ traffic }) => traffic.requestsPerSecond),
    };
    const { drawn, hubs } = drawnCalls(graph, NOTHING);
    expect(hubs.get("a/s0")).toEqual({ callers: 0, callees: 29 });
    expect(hubs.get("a/s1")).toEqual({ callers: 29, callees: 0 });
    expect([...drawn].filter((id) => id.startsWith("a/s0->") || id.endsWith("->a/s1"))).toEqual([
      "a/s0->a/s9",
    ]);
    expect(drawn.has("a/s7->a/s8")).toBe(true);
  });

  it("stay the same while there is little between them", () => {
    const before = drawnCalls(
      tangle(20, (from, to) => 100 + from + to),
      NOTHING,
    ).drawn;
    const after = drawnCalls(
      tangle(20, (from, to) => 140 - from - to),
      before,
    ).drawn;
    expect([...after].sort()).toEqual([...before].sort());
  });
});
