// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Column, DataTable, type DataTableProps } from "./data-table";

interface Row {
  readonly name: string;
  readonly rate: number | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: "name", header: "Name", cell: ({ name }) => name, sortValue: ({ name }) => name },
  {
    key: "rate",
    header: "Rate",
    numeric: true,
    cell: ({ rate }) => rate ?? "–",
    sortValue: ({ rate }) => rate,
  },
];
const ROWS: readonly Row[] = [
  { name: "b", rate: 2 },
  { name: "a10", rate: null },
  { name: "a9", rate: 30 },
];

let place: HTMLElement;
let unmount: () => void;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  place = document.createElement("div");
  document.body.append(place);
});
afterEach(() => {
  act(() => unmount());
  place.remove();
  vi.unstubAllGlobals();
});

function show(props: Partial<DataTableProps<Row>> = {}) {
  const root = createRoot(place);
  unmount = () => root.unmount();
  act(() =>
    root.render(
      <DataTable
        label="Rates"
        columns={COLUMNS}
        rows={ROWS}
        rowKey={({ name }) => name}
        {...props}
      />,
    ),
  );
}
const names = () => [...place.querySelectorAll("tbody th[scope=row]")].map((th) => th.textContent);
const head = (text: string) =>
  [...place.querySelectorAll("th")].find((th) => th.textContent.startsWith(text));
function fire(element: Element | null | undefined, event: Event): void {
  act(() => {
    element?.dispatchEvent(event);
  });
}
const press = (element: Element | null | undefined) =>
  fire(element, new MouseEvent("click", { bubbles: true }));

describe("DataTable", () => {
  it("sorts by a head and back, numbers in names as numbers, rows without a value last", () => {
    show();
    expect(names()).toEqual(["b", "a10", "a9"]);
    press(head("Name")?.querySelector("button"));
    expect(names()).toEqual(["a9", "a10", "b"]);
    expect(head("Name")?.getAttribute("aria-sort")).toBe("ascending");
    press(head("Name")?.querySelector("button"));
    expect(names()).toEqual(["b", "a10", "a9"]);
    press(head("Rate")?.querySelector("button"));
    expect(names()).toEqual(["b", "a9", "a10"]);
    press(head("Rate")?.querySelector("button"));
    expect(names()).toEqual(["a9", "b", "a10"]);
  });

  it("opens a row by its name, and by a press anywhere on it, once", () => {
    const onRowClick = vi.fn();
    show({ onRowClick, selected: "b" });
    press(place.querySelector("tbody button"));
    expect(onRowClick).toHaveBeenCalledTimes(1);
    press(place.querySelectorAll("tbody td")[1]);
    expect(onRowClick).toHaveBeenLastCalledWith(ROWS[1]);
    expect(onRowClick).toHaveBeenCalledTimes(2);
    expect(place.querySelector("tr[aria-selected=true]")?.textContent).toContain("b");
  });

  it("puts a heading before each group", () => {
    show({
      group: { of: ({ name }) => name.slice(0, 1), header: (key, rows) => `${key} ${rows.length}` },
    });
    expect([...place.querySelectorAll("tr[data-group]")].map((row) => row.textContent)).toEqual([
      "b 1",
      "a 2",
    ]);
  });

  it("keeps only the rows in sight of many, and says how many there are", () => {
    const rows = Array.from({ length: 5000 }, (_, rate) => ({ name: `row-${rate}`, rate }));
    show({ rows });
    expect(names().length).toBeLessThan(80);
    expect(place.querySelector("table")?.getAttribute("aria-rowcount")).toBe("5001");
    const scroller = place.querySelector<HTMLElement>(".qd-table-scroll")!;
    scroller.scrollTop = 32 * 2500;
    fire(scroller, new Event("scroll"));
    expect(names()).toContain("row-2500");
    expect(names()).not.toContain("row-0");
  });

  it("says why it is empty", () => {
    show({ rows: [], empty: "No proxy is connected." });
    expect(place.textContent).toContain("No proxy is connected.");
  });
});
