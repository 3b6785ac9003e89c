import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import type { FindingRow } from "@/server/config/finding-list";
import { filterFindings, groupKey } from "./arrange-findings";

const row = (parts: Partial<FindingRow>): FindingRow => ({
  id: "1",
  ref: undefined,
  since: { at: instant(0), orEarlier: false },
  written: undefined,
  overrideReason: undefined,
  team: undefined,
  rule: "subset-undefined",
  code: "IST0101",
  aliases: ["KIA1107"],
  level: "Error",
  kind: "VirtualService",
  namespace: "shop",
  name: "cart",
  message: "No DestinationRule defines subset v9",
  path: "spec.http[0]",
  related: [],
  docs: undefined,
  ...parts,
});
const everything = { filter: "", level: null, rule: null, objects: [] };

test("every word must be somewhere: code, alias, object, message, team", () => {
  const rows = [row({ team: "checkout" }), row({ name: "pay", aliases: [] })];
  const found = (filter: string) =>
    filterFindings(rows, { ...everything, filter }).map(({ name }) => name);
  expect(found("V9 SHOP")).toEqual(["cart", "pay"]);
  expect(found("kia1107")).toEqual(["cart"]);
  expect(found("checkout v9")).toEqual(["cart"]);
  expect(found("checkout pay")).toEqual([]);
});

test("level and rule narrow", () => {
  const rows = [row({}), row({ level: "Info", rule: "port-name-unconventional" })];
  expect(filterFindings(rows, { ...everything, level: "Info" })).toEqual([rows[1]]);
  expect(filterFindings(rows, { ...everything, rule: "subset-undefined" })).toEqual([rows[0]]);
});

test("objects narrow to their own findings", () => {
  const ref = { kind: "VirtualService", namespace: "shop", name: "cart" } as const;
  const rows = [row({ ref }), row({})];
  const objects = ["VirtualService/shop/cart"];
  expect(filterFindings(rows, { ...everything, objects })).toEqual([rows[0]]);
  expect(filterFindings(rows, { ...everything, objects: ["Service/shop/cart"] })).toEqual([]);
});

test("what has no namespace or team is grouped under words that say so", () => {
  expect(groupKey(row({ namespace: "" }), "namespace")).toBe("cluster-wide");
  expect(groupKey(row({}), "team")).toBe("no team label");
  expect(groupKey(row({}), "object")).toBe("VirtualService shop/cart");
});
