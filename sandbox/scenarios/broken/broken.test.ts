import { expect, test } from "vitest";
import { analyzeMesh } from "@/lib/analysis/engine";
import { RULES } from "@/lib/analysis/rules.gen";
import { clusterOf } from "../testing";
import type { ExpectedFinding } from "./fault";
import { FAULTS } from "./faults";

/** The cluster's own namespaces, which nobody labels. */
const UNLABELLED = ["default", "kube-system"].map((name) => ({
  code: "IST0102",
  kind: "Namespace",
  namespace: "",
  name,
  path: "metadata.name",
}));

const CODES = new Set(RULES.map(({ code }) => code));
const textOf = ({ code, kind, namespace, name, path }: ExpectedFinding): string =>
  `${code} ${kind} ${namespace}/${name} ${path}`;

test("holds at least forty different faults", () => {
  expect(new Set(FAULTS.map(({ id }) => id)).size).toBe(FAULTS.length);
  expect(
    new Set(FAULTS.flatMap(({ expects }) => expects.map(({ code }) => code))).size,
  ).toBeGreaterThan(40);
});

test("has the findings of its faults under all rules, and no other", () => {
  const expected = [...FAULTS.flatMap(({ expects }) => expects), ...UNLABELLED];
  const found = analyzeMesh(clusterOf("broken").view(), RULES);
  expect([...new Set(found.map(textOf))].sort()).toEqual(
    [...new Set(expected.filter(({ code }) => CODES.has(code)).map(textOf))].sort(),
  );
});

test.each(["bookinfo", "boutique", "empty", "scale:120"])("%s has no Error", (name) => {
  const found = analyzeMesh(clusterOf(name).view(), RULES);
  expect(found.filter(({ level }) => level === "Error").map(textOf)).toEqual([]);
});
