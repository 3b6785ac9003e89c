import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "./build-graph";
import { tableGraph, type TableQuestion } from "./table-rows";
import { aWorkload, requests, telemetry } from "./testing";

const WORST: TableQuestion = {
  services: { by: "health", descending: true, page: 0 },
  calls: { by: "health", descending: true, page: 0 },
};
const SERVICES = 450;
const name = (n: number) => `shop/s${n}-v1`;

/** Each service calls the next one, and all of them the last; service 7 fails half of its requests. */
const graph = buildGraph(
  telemetry({
    requests: Array.from({ length: SERVICES - 1 }, (_, n) => [
      requests(name(n), name(n + 1), n, n === 6 ? { response_code: "503" } : {}),
      requests(name(n), name(SERVICES), 1),
    ]).flat(),
  }),
  meshView(aWorkload("shop/idle-v1")),
  { windowSeconds: 60, type: "versionedApp" },
);

describe("a page of the tables", () => {
  it("holds the worst rows first, and all that its calls lead to", () => {
    const { graph: part, rows } = tableGraph(graph, WORST);
    expect(rows.services).toMatchObject({ total: graph.nodes.length, page: 0, pages: 3 });
    expect(rows.services.ids[0]).toBe("shop/s7");
    expect(rows.services.ids).toHaveLength(200);
    expect(rows.calls.ids[0]).toBe("shop/s6->shop/s7");
    const drawn = new Set(part.nodes.map(({ id }) => id));
    expect(part.edges.map(({ id }) => id).sort()).toEqual([...rows.calls.ids].sort());
    expect(part.edges.every(({ source, target }) => drawn.has(source) && drawn.has(target))).toBe(
      true,
    );
  });

  it("walks all rows once, whatever they are ordered by", () => {
    for (const by of ["name", "rate", "p95", "health"] as const) {
      const ids = [0, 1, 2].flatMap(
        (page) =>
          tableGraph(graph, { ...WORST, services: { by, descending: false, page } }).rows.services
            .ids,
      );
      expect(new Set(ids)).toEqual(new Set(graph.nodes.map(({ id }) => id)));
      expect(ids).toHaveLength(graph.nodes.length);
    }
  });

  it("orders names as people count, and puts what was not measured last either way", () => {
    const first = (by: "name" | "rate", descending: boolean) =>
      tableGraph(graph, { ...WORST, services: { by, descending, page: 0 } }).rows.services.ids;
    expect(first("name", false).slice(0, 4)).toEqual([
      "shop/idle",
      "shop/s0",
      "shop/s1",
      "shop/s2",
    ]);
    expect(first("rate", true)[0]).toBe(`shop/s${SERVICES}`);
    const last = (descending: boolean) =>
      tableGraph(graph, { ...WORST, services: { by: "rate", descending, page: 2 } }).rows.services
        .ids;
    const unmeasured = graph.nodes.filter(({ inbound }) => inbound.requestsPerSecond === null);
    for (const ids of [last(true), last(false)]) {
      expect(new Set(ids.slice(-unmeasured.length))).toEqual(
        new Set(unmeasured.map(({ id }) => id)),
      );
    }
  });

  it("gives the last page for one that is not there", () => {
    const { rows } = tableGraph(graph, { ...WORST, calls: { ...WORST.calls, page: 99 } });
    expect(rows.calls).toMatchObject({ page: 4, pages: 5, total: 2 * (SERVICES - 1) });
  });

  it("holds what is selected with its calls, on whatever page it stands", () => {
    const { graph: hub, rows } = tableGraph(graph, { ...WORST, selected: `shop/s${SERVICES}` });
    expect(rows.selectedCalls).toBe(SERVICES - 1);
    expect(hub.nodes.map(({ id }) => id)).toContain(`shop/s${SERVICES}`);
    const some = tableGraph(graph, { ...WORST, selected: "shop/s300" }).graph;
    expect(some.edges.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        "shop/s299->shop/s300",
        "shop/s300->shop/s301",
        `shop/s300->shop/s${SERVICES}`,
      ]),
    );
    expect(tableGraph(graph, { ...WORST, selected: "shop/s300" }).rows.selectedCalls).toBe(3);
    const call = tableGraph(graph, { ...WORST, selected: "shop/s300->shop/s301" }).graph;
    expect(call.edges.map(({ id }) => id)).toContain("shop/s300->shop/s301");
  });
});
