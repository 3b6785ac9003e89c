import { describe, expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { withClusters } from "@/lib/mesh/clusters";
import { meshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { analyzeMesh } from "./engine";
import { RULES } from "./rules.gen";

/** Every check of Kiali 2.31. Its GWAPI has no number: it is istioctl's IST0171. */
const KIALI_CODES = `
KIA0002 KIA0003 KIA0004 KIA0005 KIA0101 KIA0102 KIA0104 KIA0105 KIA0106 KIA0107 KIA0108 KIA0109
KIA0110 KIA0201 KIA0202 KIA0203 KIA0204 KIA0205 KIA0206 KIA0207 KIA0208 KIA0209 KIA0210 KIA0211
KIA0212 KIA0301 KIA0302 KIA0401 KIA0501 KIA0505 KIA0506 KIA0601 KIA0602 KIA0701 KIA1004 KIA1006
KIA1007 KIA1101 KIA1102 KIA1104 KIA1105 KIA1106 KIA1107 KIA1108 KIA1109 KIA1110 KIA1111 KIA1112
KIA1113 KIA1114 KIA1115 KIA1116 KIA1117 KIA1211 KIA1212 KIA1301 KIA1311 KIA1312 KIA1313 KIA1314
KIA1315 KIA1316 KIA1317 KIA1401 KIA1402 KIA1501 KIA1502 KIA1503 KIA1504 KIA1601 KIA1701 KIA1702
`
  .trim()
  .split(/\s+/);

const codes = new Map(
  RULES.flatMap((rule) => [rule.code, ...rule.aliases].map((code) => [code, rule] as const)),
);

test("there are 72 checks", () => expect(new Set(KIALI_CODES).size).toBe(72));

const objectsIn = (yaml: string) =>
  parseYaml(yaml).documents.flatMap(({ value }) => (value === null ? [] : [value as KubeObject]));

describe.each(KIALI_CODES)("%s", (code) => {
  test("has a failing case that is found under this code, and a passing one", () => {
    const rule = codes.get(code);
    if (!rule) throw new Error(`no rule has ${code}`);
    const { otherCluster = "" } = rule.examples;
    const clusters = {
      own: "east",
      others: new Map([["west", meshView(objectsIn(otherCluster))]]),
    };
    const found = (yaml: string) =>
      analyzeMesh(withClusters(meshView(objectsIn(yaml)), clusters), [rule]).flatMap((one) => [
        one.code,
        ...one.aliases,
      ]);
    expect(found(rule.examples.bad)).toContain(code);
    expect(found(rule.examples.good)).toEqual([]);
  });
});

test("no rule names a check that Kiali does not have", () => {
  const named = [...codes.keys()].filter((code) => code.startsWith("KIA"));
  expect(named.filter((code) => !KIALI_CODES.includes(code))).toEqual([]);
});
