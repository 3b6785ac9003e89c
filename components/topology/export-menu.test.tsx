// @vitest-environment happy-dom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { buildGraph } from "@/lib/graph/build-graph";
import { requests, telemetry } from "@/lib/graph/testing";
import { meshView } from "@/lib/mesh/view";
import type { GraphReading } from "@/server/topology/topology-service";
import { ExportMenu } from "./export-menu";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

/** A reading of a mesh in which `web` calls these. */
function readingOf(...callees: string[]): GraphReading {
  const graph = buildGraph(
    telemetry({ requests: callees.map((name) => requests("shop/web-v1", `shop/${name}-v1`, 5)) }),
    meshView([]),
    { windowSeconds: 60, type: "app" },
  );
  const telemetryState = { state: "live", message: undefined, hint: undefined, missing: [] };
  return {
    graph,
    at: undefined,
    telemetry: telemetryState,
    problems: [],
  } as unknown as GraphReading;
}

let root: Root;
let saved: Blob[];
beforeEach(() => {
  saved = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    saved.push(blob as Blob);
    return "blob:saved";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => {
  act(() => root.unmount());
  vi.restoreAllMocks();
});

const button = (name: RegExp) =>
  [...document.querySelectorAll("button")].find((one) =>
    name.test(one.getAttribute("aria-label") ?? one.textContent),
  ) ?? expect.unreachable();

it("saves every row of a table, not the page that is open", async () => {
  const readAll = () => Promise.resolve(readingOf("cart", "search", "stock"));
  act(() =>
    root.render(<ExportMenu reading={readingOf("cart")} layout={undefined} readAll={readAll} />),
  );
  act(() => button(/Export/).click());
  act(() => button(/^JSON/).click());
  await vi.waitFor(() => expect(saved).toHaveLength(1));
  const { nodes } = JSON.parse((await saved[0]?.text()) ?? "") as { nodes: { id: string }[] };
  expect(nodes.map(({ id }) => id)).toEqual(["shop/cart", "shop/search", "shop/stock", "shop/web"]);
});
