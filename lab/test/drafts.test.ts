import { expect, test } from "vitest";
import { drafts } from "./drafts";

test("the same seed makes the same drafts, another seed others", () => {
  expect(drafts(1, 40)).toEqual(drafts(1, 40));
  expect(drafts(2, 40)).not.toEqual(drafts(1, 40));
});

test("every kind comes once as it is valid, then with one change that is named", () => {
  const all = drafts(3, 60);
  const valid = all.filter(({ change }) => change === "");
  expect(new Set(valid.map(({ object }) => object.kind)).size).toBeGreaterThan(9);
  for (const { change, object } of all.slice(valid.length)) {
    const original = valid.find(({ object: { kind } }) => kind === object.kind);
    expect(change).toMatch(/spec[.[]/);
    expect(object["spec"], change).not.toEqual(original?.object["spec"]);
  }
});
