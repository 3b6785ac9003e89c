import { expect, test } from "vitest";
import { analyzeMesh } from "@/lib/analysis/engine";
import { RULES } from "@/lib/analysis/rules.gen";
import { instant } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import { aMesh, anObject } from "@/lib/mesh/testing";
import { findingAges } from "./finding-ages";

const NOON = Date.parse("2026-12-01T12:00:00Z");

const route = (name: string, host: string): KubeObject => {
  const object = anObject("VirtualService", `shop/${name}`, {
    hosts: [name],
    http: [{ route: [{ destination: { host } }] }],
  });
  const entry = { manager: "kubectl", operation: "Update", time: "2026-12-01T12:00:00Z" };
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

test("what is there at the first look is as old as the object's last write, later ones are new", () => {
  const ages = findingAges();
  const first = hostFindings(route("cart", "gone"));
  const seen = ages.since(first.view, first.findings, instant(NOON + 5000));
  expect(first.findings.map(seen)).toEqual([NOON]);

  const second = hostFindings(route("cart", "gone"), route("pay", "lost"));
  const then = ages.since(second.view, second.findings, instant(NOON + 9000));
  expect(second.findings.map((found) => [found.name, then(found)])).toEqual([
    ["cart", NOON],
    ["pay", NOON + 9000],
  ]);
});

test("what was mended and comes back is new", () => {
  const ages = findingAges();
  const broken = hostFindings(route("cart", "gone"));
  ages.since(broken.view, broken.findings, instant(NOON));
  ages.since(broken.view, [], instant(NOON + 1000));
  const again = ages.since(broken.view, broken.findings, instant(NOON + 2000));
  expect(broken.findings.map(again)).toEqual([NOON + 2000]);
});
