// @vitest-environment happy-dom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { buildGraph } from "@/lib/graph/build-graph";
import { tableGraph, type TableQuestion } from "@/lib/graph/table-rows";
import { requests, telemetry } from "@/lib/graph/testing";
import { meshView } from "@/lib/mesh/view";
import { GraphTable } from "./graph-table";
import type { TopologyState } from "./use-topology-state";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const graph = buildGraph(
  telemetry({
    requests: Array.from({ length: 250 }, (_, n) =>
      requests(`shop/s${n}-v1`, `shop/s${n + 1}-v1`, n + 1),
    ),
  }),
  meshView([]),
  { windowSeconds: 60, type: "app" },
);
const STATE = { sort: "-health", page: 1, callSort: "-rate", callPage: 1, selected: null };

let host: HTMLElement;
let root: Root;
const setState = vi.fn(() => Promise.resolve(new URLSearchParams()));

function show(question: TableQuestion) {
  const { graph: part, rows } = tableGraph(graph, question);
  act(() =>
    root.render(
      <GraphTable
        graph={part}
        rows={rows}
        state={STATE as TopologyState}
        setState={setState}
        onSelect={() => undefined}
      />,
    ),
  );
}

const worst = { by: "health", descending: true } as const;
const button = (group: string, name: string) =>
  [...host.querySelectorAll<HTMLButtonElement>(`[aria-label="${group}"] button`)].find(
    ({ textContent }) => textContent === name,
  ) ?? expect.unreachable();

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
  setState.mockClear();
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

it("counts the rows of all pages, and leads from page to page and to another order", () => {
  show({ services: { ...worst, page: 0 }, calls: { by: "rate", descending: true, page: 0 } });
  expect(host.textContent).toContain("251");
  expect(host.textContent).toContain("page 1 of 2");
  expect(button("Pages of services", "Previous").disabled).toBe(true);
  act(() => button("Pages of services", "Next").click());
  expect(setState).toHaveBeenLastCalledWith({ page: 2 });
  act(() => button("Pages of calls", "Next").click());
  expect(setState).toHaveBeenLastCalledWith({ callPage: 2 });
  const head = [...host.querySelectorAll<HTMLButtonElement>("th button")].find(
    ({ textContent }) => textContent === "Namespace",
  );
  act(() => head?.click());
  expect(setState).toHaveBeenLastCalledWith({ sort: "namespace", page: null });
});

it("shows the rows in the server's order, and the last page of them", () => {
  show({ services: { ...worst, page: 0 }, calls: { by: "rate", descending: true, page: 1 } });
  const calls = host.querySelector('table[aria-label="Traffic between services"]');
  expect(calls?.querySelector("tbody th")?.textContent).toBe("s49 → s50");
  expect(button("Pages of calls", "Next").disabled).toBe(true);
});
