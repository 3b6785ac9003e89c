import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { egoGraph, pathGraph } from "./ego-graph";
import { foldGraph, type FoldMemory } from "./fold-graph";
import { aWorkload, requests, telemetry } from "./testing";

const NONE: ReadonlySet<string> = new Set();
const AS_IS = { opened: NONE, closed: NONE, kept: NONE };

/** A mesh of namespaces in which each service calls the next one. */
const mesh = (namespaces: number, each: number, failing: readonly string[] = []) => {
  const all = Array.from({ length: namespaces * each }, (_, i) => {
    return `n${Math.floor(i / each)}/s${i % each}`;
  });
  return buildGraph(
    telemetry({
      requests: all.slice(1).map((to, i) =>
        requests(all[i] ?? "", to, 10 + i, {
          response_code: failing.includes(to) ? "503" : "200",
        }),
      ),
    }),
    meshView([]),
    { windowSeconds: 60, type: "app" },
  );
};

describe("folding", () => {
  it("leaves a small graph as it is", () => {
    const graph = mesh(3, 4);
    expect(foldGraph(graph, AS_IS)).toMatchObject({ graph, folded: { services: 0, groups: 0 } });
  });

  it("folds namespaces, and keeps what fails in sight", () => {
    const { graph, folded } = foldGraph(mesh(10, 20, ["n3/s7"]), AS_IS);
    expect(graph.nodes.map(({ id, name }) => `${id} ${name}`)).toEqual([
      ...["0", "1", "2"].map((n) => `group:n${n} n${n}`),
      "group:n3 19 more",
      ...["4", "5", "6", "7", "8", "9"].map((n) => `group:n${n} n${n}`),
      "n3/s7 s7",
    ]);
    expect(folded).toEqual({ services: 199, groups: 10 });
    expect(graph.edges.map(({ id }) => id)).toContain("group:n3->n3/s7");
  });

  it("opens a namespace in place, and closes one of a small graph", () => {
    const big = foldGraph(mesh(10, 20), { ...AS_IS, opened: new Set(["n1"]) });
    expect(big.graph.nodes.filter(({ namespace }) => namespace === "n1")).toHaveLength(20);
    const small = foldGraph(mesh(2, 3), { ...AS_IS, closed: new Set(["n1"]) });
    expect(small.graph.nodes.map(({ id }) => id)).toEqual(["group:n1", "n0/s0", "n0/s1", "n0/s2"]);
  });

  it("folds quiet namespaces together when there are too many of them", () => {
    const { graph } = foldGraph(mesh(400, 3, ["n7/s1"]), AS_IS);
    expect(graph.nodes.length + graph.edges.length).toBeLessThanOrEqual(300);
    expect(graph.nodes.length).toBeLessThanOrEqual(62);
    expect(graph.nodes.some(({ id }) => id === "n7/s1")).toBe(true);
    expect(graph.nodes.find(({ id }) => id === "group:*")?.name).toMatch(/^\d+ more namespaces$/);
  });

  it("folds namespaces without traffic first, however small they are", () => {
    const idle = Array.from({ length: 70 }, (_, i) => `idle${i}/server-v1`);
    const graph = buildGraph(
      telemetry({ requests: [requests("shop/web-v1", "shop/cart-v1", 5)] }),
      meshView(idle.flatMap((path) => aWorkload(path))),
      { windowSeconds: 60, type: "app" },
    );
    const shown = foldGraph(graph, { ...AS_IS, kept: new Set(["idle3/server"]) }).graph.nodes;
    expect(shown.map(({ id, members }) => `${id} ${members ?? 1}`)).toEqual([
      "group:* 69",
      "group:shop 2",
      "idle3/server 1",
    ]);
  });

  it("does not flap where a mesh is now a little over its budget, now under it", () => {
    const folded = (services: number, before?: FoldMemory) =>
      foldGraph(mesh(1, services), AS_IS, before);
    expect(folded(61).folded.groups).toBe(1);
    // It was drawn whole, and stays so until it is well over.
    const whole = folded(60);
    expect(folded(66, whole.memory).folded.groups).toBe(0);
    const over = folded(70, whole.memory);
    expect(over.folded.groups).toBe(1);
    // It was folded, and stays so until it fits.
    expect(folded(61, over.memory).folded.groups).toBe(1);
    expect(folded(60, over.memory).folded.groups).toBe(0);
  });

  it("keeps in sight what stood by itself, while others are but a little busier", () => {
    const graph = (busier: string, by: number) =>
      buildGraph(
        telemetry({
          requests: Array.from({ length: 90 }, (_, n) => [
            requests(`n${n}/a-v1`, `n${n}/b-v1`, 100 - n),
            requests(
              `n${n}/a-v1`,
              `n${(n + 1) % 90}/b-v1`,
              (100 - n) * (`n${n}` === busier ? by : 1),
            ),
          ]).flat(),
        }),
        meshView([]),
        { windowSeconds: 60, type: "app" },
      );
    const shown = ({ graph: { nodes } }: ReturnType<typeof foldGraph>) =>
      nodes.flatMap(({ id }) => (id === "group:*" ? [] : [id])).sort();
    const before = foldGraph(graph("", 1), AS_IS);
    expect(before.graph.nodes.map(({ id }) => id)).toContain("group:*");
    const hidden = Array.from({ length: 90 }, (_, n) => `n${n}`).find(
      (name) => !shown(before).includes(`group:${name}`),
    );
    const name = hidden ?? expect.unreachable();
    expect(shown(foldGraph(graph(name, 1.2), AS_IS, before.memory))).toEqual(shown(before));
    expect(shown(foldGraph(graph(name, 9), AS_IS, before.memory))).toContain(`group:${name}`);
  });

  it("keeps every request between what is drawn, and every service in one place", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 15 }), (n, each) => {
        const whole = mesh(n, each);
        const { graph } = foldGraph(whole, AS_IS);
        const members = graph.nodes.reduce((sum, node) => sum + (node.members ?? 1), 0);
        expect(members).toBe(whole.nodes.length);
        const ids = new Set(graph.nodes.map(({ id }) => id));
        for (const { source, target } of graph.edges) {
          expect([ids.has(source), ids.has(target)]).toEqual([true, true]);
        }
      }),
    );
  });
});

it("shows what is around one service, and the way from one to another", () => {
  const graph = mesh(1, 6);
  const ids = (part: typeof graph | undefined) => part?.nodes.map(({ id }) => id);
  expect(ids(egoGraph(graph, "n0/s2", 1))).toEqual(["n0/s1", "n0/s2", "n0/s3"]);
  expect(ids(egoGraph(graph, "n0/s0", 2))).toEqual(["n0/s0", "n0/s1", "n0/s2"]);
  expect(ids(pathGraph(graph, "n0/s1", "n0/s4"))).toEqual(["n0/s1", "n0/s2", "n0/s3", "n0/s4"]);
  expect(pathGraph(graph, "n0/s4", "n0/s1")).toBeUndefined();
});
