import fc from "fast-check";
import { expect, test } from "vitest";
import { holdsTooMany } from "./shards";

test("nobody gives away what nobody needs", () => {
  expect(holdsTooMany("a", [], ["a", "a", "a"])).toBe(false);
  expect(holdsTooMany("a", ["b"], ["a", "a", "b", "b"])).toBe(false);
  expect(holdsTooMany("a", ["b", "c"], ["a", "a", "a", "b", "b", "b", "c", "c"])).toBe(false);
  expect(holdsTooMany("a", ["b"], ["a", "a", "a", "b"])).toBe(true);
});

test("gifts one after the other end with everybody's share, however it began", () => {
  const members = ["a", "b", "c", "d"];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...members), { minLength: 1, maxLength: 16 }),
      fc.integer({ min: 1, max: 4 }),
      (drivers, size) => {
        const there = members.slice(0, size);
        const now = drivers.map((driver) => (there.includes(driver) ? driver : "a"));
        const count = (who: string) => now.filter((each) => each === who).length;
        const poorest = () => there.toSorted((x, y) => count(x) - count(y))[0] ?? "a";
        for (let gifts = 0; gifts < 64; gifts += 1) {
          const giver = there.find((who) =>
            holdsTooMany(
              who,
              there.filter((other) => other !== who),
              now,
            ),
          );
          if (!giver) break;
          now[now.indexOf(giver)] = poorest();
        }
        const counts = there.map(count);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      },
    ),
  );
});
