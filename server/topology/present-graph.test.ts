import { expect, it } from "vitest";
import { buildGraph } from "@/lib/graph/build-graph";
import { requests, telemetry } from "@/lib/graph/testing";
import { meshView } from "@/lib/mesh/view";
import { presenter, presentGraph } from "./present-graph";

const names = Array.from({ length: 90 }, (_, i) => `n${Math.floor(i / 30)}/s${i % 30}`);
const whole = buildGraph(
  telemetry({
    requests: names
      .slice(1)
      .map((to, i) =>
        requests(names[i] ?? "", to, 10, { response_code: to === "n1/s5" ? "500" : "200" }),
      ),
  }),
  meshView([]),
  { windowSeconds: 60, type: "app" },
);
const FOLD = { opened: [], closed: [], kept: [] };
const shown = (...of: Parameters<typeof presentGraph>) => presentGraph(...of).presented;
const ids = (part: Parameters<typeof presentGraph>[1]) =>
  shown(whole, part).graph.nodes.map(({ id }) => id);

it("folds what is too much, and still sums up all of it", () => {
  const { graph, summary, folded } = shown(whole, { namespaces: [], fold: FOLD });
  expect(graph.nodes.map(({ id }) => id)).toEqual(["group:n0", "group:n1", "group:n2", "n1/s5"]);
  expect([summary.services, folded.services]).toEqual([90, 89]);
  expect(summary.unwell.map(({ id }) => id)).toEqual(["n1/s5"]);
});

it("draws what is found, or what is asked to be kept, singly", () => {
  const find = { text: "name = s7", mode: "find" } as const;
  const part = { namespaces: [], fold: { ...FOLD, kept: ["n0/s1"] }, find };
  expect(ids(part)).toEqual(expect.arrayContaining(["n0/s1", "n0/s7", "n1/s7", "n2/s7"]));
  expect(shown(whole, part).found).toEqual(expect.arrayContaining(["n0/s7", "n2/s7"]));
});

it("shows only what is around one service, or on the way to another, and counts the rest", () => {
  const around = { id: "n0/s5", hops: 1 };
  expect(ids({ namespaces: [], around })).toEqual(["n0/s4", "n0/s5", "n0/s6"]);
  expect(shown(whole, { namespaces: [], around }).hidden).toBe(87);
  expect(ids({ namespaces: [], around, pathTo: "n0/s8" })).toHaveLength(4);
  expect(shown(whole, { namespaces: [], around, pathTo: "n0/s1" }).noPath).toBe(true);
});

it("says what is wrong with an expression, and then shows everything", () => {
  const find = { text: "colour = red", mode: "hide" } as const;
  const { graph, findProblem } = shown(whole, { namespaces: [], find });
  expect(graph.nodes).toHaveLength(90);
  expect(findProblem).toContain("no attribute 'colour'");
});

it("gives a second viewer what the first one got", () => {
  const present = presenter();
  const first = present(whole, { namespaces: [], fold: FOLD });
  expect(present(whole, { namespaces: [], fold: { ...FOLD } })).toBe(first);
});

it("tells another mode of a box with the picture that it already has", () => {
  const present = presenter();
  const first = present(whole, { namespaces: [], fold: FOLD });
  const boxes = whole.boxes.map((box) =>
    box.namespace === "n1" ? { ...box, mtls: "STRICT" } : box,
  );
  const second = present({ ...whole, boxes }, { namespaces: [], fold: FOLD });
  expect(second.graph.nodes).toBe(first.graph.nodes);
  expect(second.graph.boxes).toEqual(
    shown({ ...whole, boxes }, { namespaces: [], fold: FOLD }).graph.boxes,
  );
  expect(second.graph.boxes).toContainEqual({ namespace: "n1", mtls: "STRICT" });
});

it("does not fold and unfold a graph that is near the budget with each refresh", () => {
  const mesh = (services: number) =>
    buildGraph(
      telemetry({
        requests: Array.from({ length: services - 1 }, (_, i) =>
          requests(`n0/s${i}`, `n0/s${i + 1}`, 10),
        ),
      }),
      meshView([]),
      { windowSeconds: 60, type: "app" },
    );
  const present = presenter();
  const groups = (services: number, opened: readonly string[] = []) =>
    present(mesh(services), { namespaces: [], fold: { ...FOLD, opened } }).folded.groups;
  expect([60, 64, 61, 66].map((services) => groups(services))).toEqual([0, 0, 0, 0]);
  expect([72, 66, 61].map((services) => groups(services))).toEqual([1, 1, 1]);
  // What was opened by hand in between changes nothing of that.
  expect(groups(61, ["n0"])).toBe(0);
  expect([61, 60].map((services) => groups(services))).toEqual([1, 0]);
});
