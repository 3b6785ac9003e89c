import { describe, expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { withClusters } from "@/lib/mesh/clusters";
import { meshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { analyzeMesh } from "./engine";
import { RULES } from "./rules.gen";

/** Every message of istioctl 1.32. */
const ISTIOCTL_CODES = `
0001 0002 0101 0102 0103 0106 0107 0108 0109 0110 0111 0112 0116 0118 0123 0125 0126 0127 0128 0129
0130 0131 0132 0133 0134 0135 0136 0137 0138 0139 0140 0141 0142 0143 0144 0145 0146 0147 0148 0149
0150 0151 0152 0153 0154 0155 0156 0157 0158 0159 0160 0161 0162 0163 0164 0165 0166 0167 0168 0169
0170 0171 0172 0173 0174 0175 0176 0177
`
  .trim()
  .split(/\s+/)
  .map((number) => `IST${number}`);

/** Messages without a rule, and why. */
const WITHOUT_RULE: Readonly<Record<string, string>> = {
  IST0001: "A rule that failed; the engine says so itself, as QD0099.",
  IST0141:
    "`istioctl x precheck` asks it before an installation: may this user create what Istio needs.",
  IST0142: "`istioctl x precheck` asks the API server for its version, which no object holds.",
  IST0143: "No part of istioctl says it any more: it asked each pod's sockets.",
  IST0168: "No part of istioctl says it any more.",
  IST0169: "`istioctl x precheck` says it of an upgrade from one release to another.",
};

test("there are 68 messages", () => expect(new Set(ISTIOCTL_CODES).size).toBe(68));

const objectsIn = (yaml = "") =>
  parseYaml(yaml).documents.flatMap(({ value }) => (value === null ? [] : [value as KubeObject]));

describe.each(ISTIOCTL_CODES.filter((code) => WITHOUT_RULE[code] === undefined))("%s", (code) => {
  const rules = RULES.filter((rule) => [rule.code, ...rule.aliases].includes(code));

  test("has failing cases that are found under this code, and passing ones", () => {
    expect(rules).not.toEqual([]);
    for (const rule of rules) {
      const { bad, good, otherCluster } = rule.examples;
      const others = new Map([["west", meshView(objectsIn(otherCluster))]]);
      const found = (yaml: string) =>
        analyzeMesh(withClusters(meshView(objectsIn(yaml)), { own: "east", others }), [rule]);
      expect(found(bad).flatMap((one) => [one.code, ...one.aliases])).toContain(code);
      expect(found(good)).toEqual([]);
    }
  });
});

test("no rule names a message that istioctl does not have", () => {
  const named = RULES.flatMap((rule) => [rule.code, ...rule.aliases]);
  const ours = named.filter((code) => code.startsWith("IST"));
  expect(ours.filter((code) => !ISTIOCTL_CODES.includes(code))).toEqual([]);
});
