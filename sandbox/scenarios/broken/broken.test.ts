import { expect, test } from "vitest";
import { analyzeMesh } from "@/lib/analysis/engine";
import { RULES } from "@/lib/analysis/rules.gen";
import { clusterOf } from "../testing";
import type { ExpectedFinding } from "./fault";
import { FAULTS } from "./faults";

/** Pods by the name of what made them: the rest of their names follows from all that is in the cluster. */
const textOf = ({ code, kind, namespace, name, path }: ExpectedFinding): string =>
  `${code} ${kind} ${namespace}/${kind === "Pod" ? name.replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}$/, "") : name} ${path}`;

test("holds at least forty different faults", () => {
  expect(new Set(FAULTS.map(({ id }) => id)).size).toBe(FAULTS.length);
  expect(
    new Set(FAULTS.flatMap(({ expects }) => expects.map(({ code }) => code))).size,
  ).toBeGreaterThan(40);
});

test("has the findings of its faults under all rules, and no other", () => {
  const expected = FAULTS.flatMap(({ expects }) => expects);
  const found = analyzeMesh(clusterOf("broken").view(), RULES);
  expect([...new Set(found.map(textOf))].sort()).toEqual([...new Set(expected.map(textOf))].sort());
});

test.each(["bookinfo", "boutique", "empty", "scale:120"])("%s has no Error", (name) => {
  const found = analyzeMesh(clusterOf(name).view(), RULES);
  expect(found.filter(({ level }) => level === "Error").map(textOf)).toEqual([]);
});
