import { kindInfo } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { applyChanges, type MeshView } from "@/lib/mesh/view";
import { planEdit } from "@/lib/yaml/edit";
import { type FieldPath, formatPath } from "@/lib/yaml/field-path";
import { valueAt } from "@/lib/yaml/field-value";
import { locate } from "@/lib/yaml/locate";
import { type ParsedYaml, parseYaml, type YamlDocument } from "@/lib/yaml/parse";
import { type DraftObject, readDraftObject } from "./draft-object";
import { analyzeObjects } from "./engine";
import { compareFindings, type Finding, type ObjectFinding, type TextFinding } from "./finding";
import { IncrementalAnalysis } from "./incremental";
import type { Report, Rule } from "./rule";
import { checkSchema, customSchema, type Refusal, versionRefusal } from "./schema-check";
import { SCHEMA } from "./schema-findings";

/** What a text says, and what is wrong with it. */
export interface DraftAnalysis {
  /** The objects that could be read, in the order of the text. */
  readonly objects: readonly DraftObject[];
  /** Of the text itself, worst first. */
  readonly findings: readonly TextFinding[];
  /** Findings of other objects that would arise with this draft. */
  readonly elsewhere: readonly Finding[];
}

/** What a draft is judged by. */
export interface DraftContext {
  readonly rules: readonly Rule[];
  /** For objects that name none. */
  readonly namespace: string;
  /** What is known of the mesh already; without it a draft costs a full run. */
  readonly analysis?: IncrementalAnalysis | undefined;
}

/**
 * Analyses a text as if it were stored: its objects are laid over the mesh. Half-typed documents
 * are analysed as far as they can be read; nothing throws.
 */
export function analyzeDraft(
  text: string,
  mesh: MeshView,
  { rules, namespace, analysis }: DraftContext,
): DraftAnalysis {
  const parsed = parseYaml(text);
  const findings: TextFinding[] = parsed.problems.map(({ message, range }) => ({
    ...ownFinding(SYNTAX, undefined, { path: [], message }),
    ...range,
  }));
  const brokenLines = new Set(findings.map(({ line }) => line));
  const drafts: { readonly document: YamlDocument; readonly draft: DraftObject }[] = [];
  for (const document of parsed.documents) {
    if (document.value === null) continue;
    const { draft, reports } = readDraftObject(document.value, namespace);
    findings.push(...reports.map((report) => placeReport(SHAPE, { parsed, document }, report)));
    if (draft) drafts.push({ document, draft });
  }
  const overlay = applyChanges(
    mesh,
    drafts.map(({ draft }) => ({ type: "put", ...draft }) as const),
  );
  for (const { document, draft } of drafts) {
    const { object } = draft;
    const { line, endLine } = parsed.lines.range(document.extent);
    const halfTyped = [...brokenLines].some((broken) => broken >= line && broken <= endLine);
    const isTyped = (path: FieldPath): boolean =>
      !halfTyped || locate(parsed, document, path).exact;
    const refusals = refusalsOf(draft, mesh)
      .filter(({ path, whole }) => isTyped(path) && !(whole && halfTyped))
      .map((report) => placeReport(SCHEMA, { parsed, document, object }, report))
      // A word that is being typed is no field yet; its line has a finding already.
      .filter((finding) => !brokenLines.has(finding.line));
    findings.push(...refusals);
    const refused = new Set(refusals.map(startOf));
    for (const found of analyzeObjects([object], overlay, rules)) {
      const finding = placeFinding(parsed, document, found);
      // The webhook often says again what the schema says, and of a half of an object too much.
      const repeats = finding.code === REFUSED && refused.has(startOf(finding));
      const premature =
        halfTyped && WEBHOOK.has(finding.code) && !isScalar(object, found.fieldPath);
      if (!repeats && !premature) findings.push(finding);
    }
  }
  const objects = drafts.map(({ draft }) => draft);
  return {
    objects,
    findings: findings.sort(compareFindings),
    elsewhere: (analysis?.view === mesh ? analysis : full(mesh, rules))
      .arising(overlay)
      .filter(({ suppressed }) => !suppressed)
      .map(toFinding),
  };
}

const SYNTAX = { rule: "yaml-syntax", code: "QD0001" };
const SHAPE = { rule: "object-shape", code: "QD0002" };
/** What istiod's webhook says of an object by itself. */
const REFUSED = "IST0106";
const WEBHOOK: ReadonlySet<string> = new Set([REFUSED, "IST0133", "IST0130", "IST0131"]);

/** Whether a path leads to a scalar: what is said of it stays true while the rest is typed. */
function isScalar(object: KubeObject, path: FieldPath): boolean {
  const value = valueAt(object, path);
  return value !== undefined && value !== null && typeof value !== "object";
}

const startOf = ({ line, column }: TextFinding): string => `${line}:${column}`;

/** What the API server would refuse the draft for, by the schema that the cluster serves. */
function refusalsOf({ kind, object }: DraftObject, mesh: MeshView): readonly Refusal[] {
  const schema = customSchema(mesh, object.apiVersion, object.kind);
  if (!schema) {
    const refusal = versionRefusal(mesh, object);
    return refusal ? [refusal] : [];
  }
  const { namespaced } = kindInfo(kind);
  const { namespace = "", name } = object.metadata;
  return [...checkSchema(object, { schema, namespaced }, mesh.get(kind, namespace, name))];
}

function full(mesh: MeshView, rules: readonly Rule[]): IncrementalAnalysis {
  const analysis = new IncrementalAnalysis(rules);
  analysis.update(mesh);
  return analysis;
}

/** A finding without what only the engine needs. */
export function toFinding({
  object: _,
  fieldPath: __,
  fixes: ___,
  ...found
}: ObjectFinding): Finding {
  return found;
}

function placeFinding(
  parsed: ParsedYaml,
  document: YamlDocument,
  found: ObjectFinding,
): TextFinding {
  const offered = typeof found.fixes === "function" ? found.fixes() : found.fixes;
  const fixes = offered.flatMap(({ title, edits }) => {
    const plans = edits.map((edit) => planEdit(parsed, document, edit));
    const changes = plans.flatMap((plan) => (plan.ok ? [plan.change] : []));
    return changes.length === edits.length ? [{ title, changes }] : [];
  });
  return { ...toFinding(found), ...locate(parsed, document, found.fieldPath).range, fixes };
}

function placeReport(
  check: { readonly rule: string; readonly code: string },
  place: { parsed: ParsedYaml; document: YamlDocument; object?: KubeObject },
  report: Report,
): TextFinding {
  const { range } = locate(place.parsed, place.document, report.path);
  return { ...ownFinding(check, place.object, report), ...range };
}

function ownFinding(
  { rule, code }: { readonly rule: string; readonly code: string },
  object: KubeObject | undefined,
  { path, message }: Report,
): Finding & Pick<TextFinding, "fixes"> {
  return {
    rule,
    code,
    aliases: [],
    level: "Error",
    kind: object?.kind ?? "",
    namespace: object?.metadata.namespace ?? "",
    name: object?.metadata.name ?? "",
    message,
    path: formatPath(path),
    related: [],
    docs: undefined,
    fixes: [],
  };
}
