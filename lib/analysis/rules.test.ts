import { describe, expect, it, test } from "vitest";
import { KINDS, type KindId, kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { withClusters } from "@/lib/mesh/clusters";
import { type MeshView, meshView } from "@/lib/mesh/view";
import { parseYaml } from "@/lib/yaml/parse";
import { analyzeObjects } from "./engine";
import { subjectOf } from "./subject";
import type { Rule } from "./rule";
import { RULES } from "./rules.gen";

const files = import.meta.glob<{ rule: Rule }>(["./rules/*.ts", "!./rules/*.test.ts"], {
  eager: true,
});
const rules = Object.entries(files).map(([path, module]) => ({
  id: path.slice("./rules/".length, -".ts".length),
  rule: module.rule,
}));

test("the registry is the folder (renew it with `npx vitest run lib/analysis/rules.test.ts -u`)", async () => {
  const name = (id: string) => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const source = [
    "// Generated from rules/ by rules.test.ts. Do not edit.",
    'import type { Rule } from "./rule";',
    ...rules.map(({ id }) => `import { rule as ${name(id)} } from "./rules/${id}";`),
    "\n/** Every rule there is. */",
    `export const RULES: readonly Rule[] = [\n${rules.map(({ id }) => `  ${name(id)},\n`).join("")}];\n`,
  ];
  await expect(source.join("\n")).toMatchFileSnapshot("./rules.gen.ts");
});

test("ids are unique, and every rule has its own place", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

const objectsIn = (yaml: string) =>
  parseYaml(yaml).documents.map(({ value }) => value as KubeObject);

describe.each(rules)("$id", ({ id, rule }) => {
  const run = (yaml: string) => {
    const objects = objectsIn(yaml);
    const read = new Set<KindId>();
    const other = rule.examples.otherCluster;
    const others = new Map(other === undefined ? [] : [["west", meshView(objectsIn(other))]]);
    const clusters = { own: "east", others };
    const mesh = withClusters(meshView(objects), clusters);
    const spy: MeshView = {
      version: mesh.version,
      clusters,
      list: (kind) => (read.add(kind), mesh.list(kind)),
      get: (kind, namespace, name) => (read.add(kind), mesh.get(kind, namespace, name)),
      lookup(index, key) {
        for (const kind of index.kinds) read.add(kind);
        return mesh.lookup(index, key);
      },
      keys(index) {
        for (const kind of index.kinds) read.add(kind);
        return mesh.keys(index);
      },
      derive: (compute) => compute(spy),
    };
    const findings = analyzeObjects(objects, mesh, [rule]);
    // What the engine reads besides is no rule's doing.
    for (const subject of objects.map((object) => subjectOf(object))) {
      if (subject && rule.kinds.includes(subject.kind)) Array.from(rule.check(subject, spy));
    }
    return { findings, read };
  };
  const bad = run(rule.examples.bad);
  const good = run(rule.examples.good);

  it("has the id of its file, and a code", () => {
    expect(rule.id).toBe(id);
    expect([rule.code, ...rule.aliases].join()).toMatch(/^((IST|KIA|QD)\d{4},?)+$/);
  });

  it("reports its bad example with its own code", () => {
    expect(bad.findings.map(({ code }) => code)).toContain(rule.code);
    expect(bad.findings.filter(({ code }) => code === "QD0099")).toEqual([]);
  });

  it("accepts its good example", () => expect(good.findings).toEqual([]));

  it("declares every kind that it reads", () => {
    expect([...bad.read, ...good.read].filter((kind) => !rule.reads.includes(kind))).toEqual([]);
  });

  it("has examples of the kinds that it visits", () => {
    const kinds = objectsIn(rule.examples.bad).map(kindIdOf);
    expect(rule.kinds.some((kind) => kinds.includes(kind))).toBe(true);
  });

  it("survives drafts in which any field is of another type or missing", () => {
    for (const wrong of [undefined, null, 7, "x", [], {}, [null], [{}], { http: [null, 3] }]) {
      const drafts = objectsIn(rule.examples.bad).flatMap((object) => [
        { ...object, spec: wrong },
        { ...object, spec: withLeaves(object["spec"], wrong) },
      ]);
      for (const draft of drafts) {
        const mesh = meshView([draft]);
        const crashes = analyzeObjects([draft], mesh, [rule]).filter((f) => f.code === "QD0099");
        expect(crashes).toEqual([]);
      }
    }
  });

  it("says what, why and what to do in sentences of ours", () => {
    expect(rule.title).toMatch(/^[A-Z].*[^.!]$/);
    for (const text of [rule.why, rule.fix, ...bad.findings.map((finding) => finding.message)]) {
      expect(text).toMatch(/^\S.*\.$/);
      expect(text).not.toMatch(/please|oops|successfully|!/i);
    }
  });
});

test("every kind that rules name is one of the registry", () => {
  const known = new Set<string>(KINDS.map(({ id }) => id));
  const named = RULES.flatMap(({ kinds, reads }) => [...kinds, ...reads]);
  expect(named.filter((kind) => !known.has(kind))).toEqual([]);
});

/** A copy in which every leaf is `leaf`. */
function withLeaves(value: unknown, leaf: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withLeaves(item, leaf));
  if (typeof value !== "object" || value === null) return leaf;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withLeaves(item, leaf)]),
  );
}
