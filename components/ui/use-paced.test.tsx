// @vitest-environment happy-dom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { usePaced } from "./use-paced";

const EVERY_MS = 100;
let place: HTMLElement;
let root: Root;

function Shown({ value }: { value: string }) {
  return <>{usePaced(value, EVERY_MS)}</>;
}
const give = (value: string) => act(() => root.render(<Shown value={value} />));
const wait = (ms: number) =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  place = document.createElement("div");
  root = createRoot(place);
  give("a");
  wait(EVERY_MS);
});
afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("hands the first change after a pause on at once", () => {
  wait(1000);
  give("ab");
  wait(1);
  expect(place.textContent).toBe("ab");
});

test("hands no more than one value on in each span while it changes, and the last one in the end", () => {
  const seen = new Set<string>();
  for (const value of ["b", "bc", "bcd", "bcde", "bcdef", "bcdefg"]) {
    give(value);
    wait(EVERY_MS / 4);
    seen.add(place.textContent);
  }
  expect(seen.size).toBeLessThanOrEqual(3);
  wait(EVERY_MS);
  expect(place.textContent).toBe("bcdefg");
});
