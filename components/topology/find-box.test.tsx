// @vitest-environment happy-dom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FindBox } from "./find-box";
import type { TopologyState } from "./use-topology-state";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const STATE: TopologyState = {
  view: "graph",
  type: "versionedApp",
  edges: "rate",
  window: null,
  selected: null,
  open: [],
  closed: [],
  group: null,
  sort: "-health",
  page: 1,
  callSort: "-health",
  callPage: 1,
  calls: null,
  kept: null,
  find: "",
  mode: "find",
  around: null,
  hops: 1,
  to: null,
};

let host: HTMLElement;
let root: Root;
const setState = vi.fn(() => Promise.resolve(new URLSearchParams()));
const show = (state: Partial<TopologyState> = {}, problem?: string) =>
  act(() =>
    root.render(
      <FindBox
        state={{ ...STATE, ...state }}
        setState={setState}
        graph={undefined}
        problem={problem}
      />,
    ),
  );
const input = () => host.querySelector("input") ?? expect.unreachable();
const offers = () => [...host.querySelectorAll("code")].map(({ textContent }) => textContent);

function type(text: string) {
  act(() => {
    input().focus();
    // React hears of a value only when it is set past its own setter.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input(), text);
    input().dispatchEvent(new Event("input", { bubbles: true }));
  });
}
const press = (key: string) =>
  act(() => void input().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));

beforeEach(() => {
  vi.useFakeTimers();
  setState.mockClear();
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
  show();
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
  vi.useRealTimers();
});

describe("the box for expressions", () => {
  it("offers presets, then what may come next, and takes what the arrows chose", () => {
    act(() => input().focus());
    expect(offers()).toContain("health = failing or health = degraded");
    type("hea");
    expect(offers()).toEqual(["health ="]);
    press("ArrowDown");
    press("Enter");
    expect(input().value).toBe("health = ");
    expect(offers()).toContain("failing");
  });

  it("hands on what was typed, once the typing rests", () => {
    type("cart");
    expect(setState).not.toHaveBeenCalled();
    act(() => void vi.advanceTimersByTime(300));
    expect(setState).toHaveBeenCalledExactlyOnceWith({ find: "cart" });
  });

  it("follows a link or a button that changes the expression", () => {
    type("cart");
    act(() => void vi.advanceTimersByTime(300));
    show({ find: "cart" });
    show({ find: "" });
    expect(input().value).toBe("");
  });

  it("says why an expression cannot be read", () => {
    show({ find: "colour = red" }, "There is no attribute 'colour'");
    expect(host.querySelector("[role=alert]")?.textContent).toContain("no attribute 'colour'");
  });
});
