import { expect, test } from "vitest";
import { isVisibleTo, visibilityOf } from "./visibility";

test.each([
  [undefined, undefined, true],
  [[], undefined, true],
  [["*"], undefined, true],
  [["."], undefined, false],
  [["bank"], undefined, true],
  [["~"], undefined, false],
  [undefined, ["."], false],
  [["*"], ["."], true],
])("exportTo %j with the mesh's %j shows it to bank: %s", (exportTo, meshDefault, seen) =>
  expect(isVisibleTo(visibilityOf(exportTo, "shop", meshDefault), "bank")).toBe(seen),
);

test("a dot is the object's own namespace", () =>
  expect(isVisibleTo(visibilityOf(["."], "shop"), "shop")).toBe(true));
