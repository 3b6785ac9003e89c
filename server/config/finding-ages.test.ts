import { expect, test } from "vitest";
import { analyzeMesh } from "@/lib/analysis/engine";
import { RULES } from "@/lib/analysis/rules.gen";
import { instant } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import { aMesh, anObject } from "@/lib/mesh/testing";
import { findingAges } from "./finding-ages";

const NOON = Date.parse("2026-12-01T12:00:00Z");

const route = (name: string, host: string, written = NOON): KubeObject => {
  const object = anObject("VirtualService", `shop/${name}`, {
    hosts: [name],
    http: [{ route: [{ destination: { host } }] }],
  });
  const entry = { manager: "kubectl", operation: "Update", time: new Date(written).toISOString() };
  return {
    ...object,
    metadata: { ...object.metadata, managedFields: [entry] },
  } as unknown as KubeObject;
};

const hostFindings = (...objects: KubeObject[]) => {
  const view = aMesh(...objects);
  const rules = RULES.filter(({ id }) => id === "destination-host-unknown");
  return { view, findings: analyzeMesh(view, rules) };
};

const at = (ms: number, orEarlier = false) => ({ at: NOON + ms, orEarlier });

test("what is there at the first look began then or earlier, later ones with the write that made them", () => {
  const ages = findingAges();
  const first = hostFindings(route("cart", "gone"));
  const seen = ages.since(first.view, first.findings, instant(NOON + 5000));
  expect(first.findings.map(seen)).toEqual([at(5000, true)]);

  const second = hostFindings(route("cart", "gone"), route("pay", "lost", NOON + 3_600_000));
  const then = ages.since(second.view, second.findings, instant(NOON + 7_200_000));
  expect(second.findings.map((found) => [found.name, then(found)])).toEqual([
    ["cart", at(5000, true)],
    ["pay", at(3_600_000)],
  ]);
});

test("what no recorded write made began between the two looks", () => {
  const laterLook = (ms: number) => {
    const ages = findingAges();
    const { view, findings } = hostFindings(route("cart", "gone"));
    ages.since(view, [], instant(NOON + 1000));
    return findings.map(ages.since(view, findings, instant(NOON + 1000 + ms)));
  };
  expect(laterLook(5000)).toEqual([at(6000)]);
  expect(laterLook(600_000)).toEqual([at(601_000, true)]);
});

test("what was mended and comes back is new", () => {
  const ages = findingAges();
  const broken = hostFindings(route("cart", "gone"));
  ages.since(broken.view, broken.findings, instant(NOON));
  ages.since(broken.view, [], instant(NOON + 1000));
  const again = ages.since(broken.view, broken.findings, instant(NOON + 2000));
  expect(broken.findings.map(again)).toEqual([at(2000)]);
});
