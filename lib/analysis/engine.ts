import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { formatPath } from "@/lib/yaml/field-path";
import { docsOf } from "./docs";
import { discoveredView, isDiscovered } from "./discovery";
import { compareFindings, findingKey, type ObjectFinding } from "./finding";
import type { Report, Rule, Subject } from "./rule";
import { subjectOf } from "./subject";
import { suppressionOf } from "./suppression";

/** Namespaces that no rule visits, as in istioctl: the cluster's own. */
const IGNORED: ReadonlySet<string> = new Set([
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "local-path-storage",
]);

/** All findings of the mesh that nobody suppressed, worst first. Cost: each rule on each subject. */
export function analyzeMesh(mesh: MeshView, rules: readonly Rule[]): ObjectFinding[] {
  return analyzeObjects(subjectsOf(mesh, rules), mesh, rules);
}

/** The objects that rules look at. */
export function subjectsOf(mesh: MeshView, rules: readonly Rule[]): readonly KubeObject[] {
  return [...rulesByKind(rules).keys()].flatMap((kind) => mesh.list(kind));
}

/** Those findings of some objects that nobody suppressed, worst first. `mesh` must hold the objects. */
export const analyzeObjects = (
  objects: readonly KubeObject[],
  mesh: MeshView,
  rules: readonly Rule[],
): ObjectFinding[] =>
  checkObjects(objects, mesh, rules).filter(({ suppressed }) => suppressed === undefined);

/** As `analyzeObjects`, suppressed findings among the others. */
export function checkObjects(
  objects: readonly KubeObject[],
  mesh: MeshView,
  rules: readonly Rule[],
): ObjectFinding[] {
  const byKind = rulesByKind(rules);
  const seen = discoveredView(mesh);
  const found: ObjectFinding[] = [];
  for (const object of objects) {
    const subject = subjectOf(object);
    if (!subject || !isVisited(subject)) continue;
    for (const rule of byKind.get(subject.kind) ?? []) {
      const findings = checkObject(rule, subject, seen);
      if (findings.length > 0) found.push(...findings);
    }
  }
  return found.sort(compareFindings);
}

/** Whether rules look at an object at all. */
export const isVisited = ({ kind, namespace, name }: Subject): boolean =>
  !IGNORED.has(kind === "Namespace" ? name : namespace);

/** What one rule finds on one object that is visited, each thing once. */
export function checkObject(
  rule: Rule,
  subject: Subject,
  mesh: MeshView,
): readonly ObjectFinding[] {
  let reports: (Report | Crash)[] | undefined;
  try {
    for (const report of rule.check(subject, mesh)) (reports ??= []).push(report);
  } catch (error) {
    // One broken rule is one finding, never an empty page.
    const crash = error instanceof Error ? error.message : String(error);
    (reports ??= []).push({ path: [], crash });
  }
  // Asked last, so that checks that find nothing do not depend on it.
  if (!reports || !isDiscovered(subject, mesh)) return NONE;
  const findings = reports.map((report) => findingOf(rule, subject, report));
  return [...new Map(findings.map((finding) => [findingKey(finding), finding])).values()];
}

const NONE: readonly ObjectFinding[] = [];

/** The rules that visit objects of each kind. */
export function rulesByKind(rules: readonly Rule[]): ReadonlyMap<KindId, readonly Rule[]> {
  const byKind = new Map<KindId, Rule[]>();
  for (const rule of rules) {
    for (const kind of rule.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), rule]);
  }
  return byKind;
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
      suppressed: undefined,
      rule: rule.id,
      code: "QD0099",
      aliases: ["IST0001"],
      level: "Info",
      message: `The rule ${rule.id} failed on this object and was skipped: ${report.crash}.`,
      related: [],
      fixes: [],
      docs: undefined,
    };
  }
  return {
    ...place,
    suppressed: suppressionOf(subject.object, rule),
    rule: rule.id,
    code: rule.code,
    aliases: rule.aliases,
    level: report.level ?? rule.level,
    message: report.message,
    related: report.related ?? [],
    fixes: report.fixes ?? [],
    docs: docsOf(rule.code),
  };
}
