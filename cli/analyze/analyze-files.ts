import { analyzeObjects } from "@/lib/analysis/engine";
import {
  compareFindings,
  countLevels,
  type Finding,
  type LevelCounts,
} from "@/lib/analysis/finding";
import { NO_POLICY, rulesUnder } from "@/lib/analysis/policy";
import type { Related } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import type { KubeObject } from "@/lib/k8s/object";
import { meshView } from "@/lib/mesh/view";
import { formatPath } from "@/lib/yaml/field-path";
import type { TextRange } from "@/lib/yaml/text-range";
import type { AnalyzeOptions } from "./analyze-options";
import { type FileObject, type FileObjects, OBJECT_SHAPE } from "./read-objects";
import { isSuppressedBy } from "./suppress";

/** Another object that has part in a finding, with its place when a file holds it. */
interface FileRelated extends Related, Partial<TextRange> {
  readonly file?: string;
}

/** A finding at its place in a file. */
export interface FileFinding extends Omit<Finding, "related">, TextRange {
  readonly file: string;
  readonly related: readonly FileRelated[];
}

/** What was found, and in how much. */
export interface Analysis {
  readonly findings: readonly FileFinding[];
  readonly summary: LevelCounts & {
    readonly objects: number;
    /** Objects of kinds that have no part in the mesh. */
    readonly ignored: number;
  };
}

type Filter = Pick<AnalyzeOptions, "namespace" | "only" | "suppress">;

/** Analyses the objects of some files as if they were the whole cluster. */
export function analyzeFiles({ objects, ignored }: FileObjects, filter: Filter): Analysis {
  const byKey = new Map<string, FileObject>();
  const files = new Map<KubeObject, FileObject>();
  for (const file of objects) {
    if (!file.draft) continue;
    const { name, namespace = "" } = file.draft.object.metadata;
    // As with kubectl apply: of an object that is given twice, the last one counts.
    byKey.set(refKey({ kind: file.draft.kind, namespace, name }), file);
  }
  for (const file of byKey.values()) if (file.draft) files.set(file.draft.object, file);
  const mesh = meshView(files.keys());
  const related = (other: Related): FileRelated => {
    const home = byKey.get(refKey(other));
    return home ? { ...other, file: home.file, ...home.place([]) } : other;
  };
  // An optional rule runs when its code is asked for.
  const rules = rulesUnder(RULES, NO_POLICY, filter.only);
  const found = analyzeObjects([...files.keys()], mesh, rules).flatMap((finding) => {
    const home = finding.object && byKey.get(refKey(finding.object));
    if (!home) return [];
    const place = { file: home.file, ...home.place(finding.fieldPath) };
    return [{ ...finding, related: finding.related.map(related), ...place }];
  });
  const findings = [...objects.flatMap(shapeFindings), ...found]
    .filter((finding) => wanted(finding, filter))
    .sort((a, b) => compareFindings(a, b) || a.file.localeCompare(b.file) || a.line - b.line);
  const summary = { ...countLevels(findings), objects: objects.length, ignored };
  return { findings, summary };
}

const refKey = ({ kind, namespace, name }: Omit<Related, "message">): string =>
  `${kind}/${namespace}/${name}`;

const shapeFindings = ({ file, draft, reports, place }: FileObject): readonly FileFinding[] =>
  reports.map(({ path, message }) => ({
    ...OBJECT_SHAPE,
    aliases: [],
    level: "Error",
    kind: draft?.object.kind ?? "",
    namespace: draft?.object.metadata.namespace ?? "",
    name: draft?.object.metadata.name ?? "",
    message,
    path: formatPath(path),
    related: [],
    docs: undefined,
    file,
    ...place(path),
  }));

function wanted(finding: FileFinding, { namespace, only, suppress }: Filter): boolean {
  const elsewhere =
    namespace !== undefined && finding.namespace !== "" && finding.namespace !== namespace;
  if (elsewhere) return false;
  const { code, aliases } = finding;
  if (only && ![code, ...aliases].some((one) => only.has(one))) return false;
  return !isSuppressedBy(finding, suppress);
}
