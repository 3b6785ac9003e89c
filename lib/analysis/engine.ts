import { type KindId, kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { formatPath } from "@/lib/yaml/field-path";
import { docsOf } from "./docs";
import { Field } from "./field";
import { compareFindings, findingKey, type ObjectFinding } from "./finding";
import type { Report, Rule, Subject } from "./rule";
import { isSuppressed } from "./suppression";

/** Namespaces that no rule visits, as in istioctl: the cluster's own. */
const IGNORED: ReadonlySet<string> = new Set([
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "local-path-storage",
]);

/** All findings of the mesh, worst first. Cost: that of each rule on each of its subjects. */
export function analyzeMesh(mesh: MeshView, rules: readonly Rule[]): ObjectFinding[] {
  const kinds = new Set(rules.flatMap((rule) => rule.kinds));
  const subjects = [...kinds].flatMap((kind) => mesh.list(kind));
  return analyzeObjects(subjects, mesh, rules);
}

/** The findings of some objects, worst first. The objects must be those that `mesh` holds. */
export function analyzeObjects(
  objects: readonly KubeObject[],
  mesh: MeshView,
  rules: readonly Rule[],
): ObjectFinding[] {
  const byKind = rulesByKind(rules);
  const found = new Map<string, ObjectFinding>();
  for (const object of objects) {
    const subject = subjectOf(object);
    if (!subject || IGNORED.has(subject.namespace)) continue;
    for (const rule of byKind.get(subject.kind) ?? []) {
      for (const report of run(rule, subject, mesh)) {
        const finding = findingOf(rule, subject, report);
        if (!isSuppressed(object, finding)) found.set(findingKey(finding), finding);
      }
    }
  }
  return [...found.values()].sort(compareFindings);
}

/** The rules that look at one of these kinds, as subject or to look something up. */
export const rulesThatRead = (
  rules: readonly Rule[],
  kinds: ReadonlySet<KindId>,
): readonly Rule[] =>
  rules.filter((rule) => [...rule.kinds, ...rule.reads].some((kind) => kinds.has(kind)));

function rulesByKind(rules: readonly Rule[]): Map<KindId, Rule[]> {
  const byKind = new Map<KindId, Rule[]>();
  for (const rule of rules) {
    for (const kind of rule.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), rule]);
  }
  return byKind;
}

/** An object as rules see it; undefined when its kind is not ours. */
export function subjectOf(object: KubeObject): Subject | undefined {
  const kind = kindIdOf(object);
  if (!kind) return undefined;
  const { namespace = "", name } = object.metadata;
  return { kind, namespace, name, object, fields: new Field(object) };
}

/** One broken rule is one finding, never an empty page. */
function* run(rule: Rule, subject: Subject, mesh: MeshView): Iterable<Report | Crash> {
  try {
    yield* rule.check(subject, mesh);
  } catch (error) {
    yield { path: [], crash: error instanceof Error ? error.message : String(error) };
  }
}

interface Crash {
  readonly path: readonly [];
  readonly crash: string;
}

function findingOf(rule: Rule, subject: Subject, report: Report | Crash): ObjectFinding {
  const { kind, namespace, name } = subject;
  const object = { kind, namespace, name };
  const place = {
    ...object,
    kind: subject.object.kind,
    object,
    fieldPath: report.path,
    path: formatPath(report.path),
  };
  if ("crash" in report) {
    return {
      ...place,
      rule: rule.id,
      code: "QD0099",
      aliases: [],
      level: "Info",
      message: `The rule ${rule.id} failed on this object and was skipped: ${report.crash}.`,
      related: [],
      fixes: [],
      docs: undefined,
    };
  }
  return {
    ...place,
    rule: rule.id,
    code: rule.code,
    aliases: rule.aliases,
    level: rule.level,
    message: report.message,
    related: report.related ?? [],
    fixes: report.fixes ?? [],
    docs: docsOf(rule.code),
  };
}
