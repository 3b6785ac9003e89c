// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { instant } from "@/lib/base/units";
import { FindingSince } from "./finding-since";

const NOW = new Date(2026, 10, 21, 14, 4).getTime();
let place: HTMLElement;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.useFakeTimers({ now: NOW });
  place = document.createElement("div");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([
  ["one that was seen to begin", 180_000, false, /^3\sm/],
  ["one that was there at the first look", 180_000, true, /^before 14:01$/],
  ["one that was there for days", 3 * 86_400_000, true, /^before 18 Nov$/],
])("%s says since when, as far as that is known", (_, age, orEarlier, words) => {
  const root = createRoot(place);
  act(() => root.render(<FindingSince since={{ at: instant(NOW - age), orEarlier }} />));
  expect(place.textContent).toMatch(words);
  expect(place.querySelector("time")?.title).toMatch(orEarlier ? /first looked/ : /2026/);
  act(() => root.unmount());
});
