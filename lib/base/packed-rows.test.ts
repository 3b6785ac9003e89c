import fc from "fast-check";
import { expect, test } from "vitest";
import { packRows, unpackRows } from "./packed-rows";

test("rows come back as they were", () => {
  const row = fc.record({
    name: fc.string(),
    maybe: fc.option(fc.constantFrom("a", "b", ""), { nil: undefined }),
    count: fc.option(fc.integer(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      expect(unpackRows(packRows(rows, ["name", "maybe", "count"]))).toEqual(rows);
    }),
  );
});

test("what repeats is told once", () => {
  const rows = Array.from({ length: 1000 }, () => ({ cause: "No answer to routes".repeat(10) }));
  expect(packRows(rows, ["cause"]).length).toBeLessThan(5_000);
});
