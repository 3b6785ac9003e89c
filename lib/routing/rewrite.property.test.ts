import fc from "fast-check";
import { expect, it } from "vitest";
import { applied, headerChanges } from "./rewrite";

const name = fc.constantFrom("x-a", "x-b", "x-c");
const value = fc.constantFrom("1", "2", "3");
const values = fc.dictionary(name, value, { maxKeys: 3 });
const operations = fc.record({
  remove: fc.array(name, { maxLength: 2 }),
  set: values,
  add: values,
});

it("headers are taken away first, then set, then added to, wherever they are written", () => {
  fc.assert(
    fc.property(operations, values, (given, before) => {
      const after = applied(before, headerChanges([[given]], before));
      for (const header of ["x-a", "x-b", "x-c"] as const) {
        const kept = given.remove.includes(header) ? undefined : before[header];
        const parts = [given.set[header] ?? kept, given.add[header]];
        const expected = parts.filter((part) => part !== undefined).join(",");
        expect(after[header] ?? "").toBe(expected);
      }
    }),
  );
});
