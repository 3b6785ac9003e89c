// @vitest-environment happy-dom
import { act, StrictMode, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { expect, it } from "vitest";
import { useSame, useSameItems } from "./use-same";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

/** What a hook gives for each of several values, one rendering after the other. */
function given<Value>(hook: (value: Value) => Value, values: readonly Value[]): readonly Value[] {
  const root = createRoot(document.createElement("div"));
  const seen: Value[] = [];
  function Show({ value, at }: { value: Value; at: number }) {
    seen[at] = hook(value);
    return null;
  }
  for (const [at, value] of values.entries()) {
    act(() =>
      root.render(
        <StrictMode>
          <Show {...{ value, at }} />
        </StrictMode>,
      ),
    );
  }
  act(() => root.unmount());
  return seen;
}

it("gives the object of before where the new one says the same", () => {
  const [first, second, third, fourth] = given(useSame<object>, [
    { a: 1 },
    { a: 1 },
    { a: 2 },
    { a: 1 },
  ]);
  expect(second).toBe(first);
  expect([third, fourth]).toEqual([{ a: 2 }, { a: 1 }]);
});

it("comes to rest where the value is made while rendering", () => {
  const useMade = (value: { rate: number }) =>
    useSame(useMemo(() => ({ rate: value.rate }), [value]));
  const [first, second, third] = given(useMade, [{ rate: 1 }, { rate: 1 }, { rate: 2 }]);
  expect(second).toBe(first);
  expect(third).toEqual({ rate: 2 });
});

it("keeps those of a list that say the same, and the list where all do", () => {
  const plates = (rate: number) => [
    { id: "a", rate: 1 },
    { id: "b", rate },
  ];
  const [first, same, other, fewer] = given(useSameItems<{ id: string; rate: number }>, [
    plates(1),
    plates(1),
    plates(2),
    plates(2).slice(1),
  ]);
  expect(same).toBe(first);
  expect(other?.[0]).toBe(first?.[0]);
  expect(other?.[1]).toEqual({ id: "b", rate: 2 });
  expect(fewer).toEqual([{ id: "b", rate: 2 }]);
});
