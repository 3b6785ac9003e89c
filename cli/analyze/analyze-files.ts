import { checkObjects, subjectsOf } from "@/lib/analysis/engine";
import { compareFindings, type Finding, type ObjectFinding } from "@/lib/analysis/finding";
import type { FilePlace, PlacedFinding } from "@/lib/analysis/finding-json";
import {
  type AnalysisPolicy,
  applyPolicy,
  bothPolicies,
  meshPolicy,
  rulesUnder,
} from "@/lib/analysis/policy";
import type { Related } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import { schemaFindings } from "@/lib/analysis/schema-findings";
import type { KubeObject } from "@/lib/k8s/object";
import { withClusters } from "@/lib/mesh/clusters";
import { type MeshView, applyChanges, meshView } from "@/lib/mesh/view";
import { formatPath } from "@/lib/yaml/field-path";
import type { TextRange } from "@/lib/yaml/text-range";
import { type Analysis, analysisOf } from "./analysis";
import type { AnalyzeOptions } from "./analyze-options";
import { type FileObject, type FileObjects, OBJECT_SHAPE } from "./read-objects";

/** A finding at its place in a file. */
export interface FileFinding extends Omit<Finding, "related">, TextRange {
  readonly file: string;
  readonly related: PlacedFinding["related"];
}

/** What the files are laid over, and when that was. */
export interface Background {
  /** Of a live cluster; none where the files are all there is. */
  readonly objects: readonly KubeObject[];
  /** The Services and ServiceAccounts of the mesh's other clusters, by name. */
  readonly remotes: ReadonlyMap<string, readonly KubeObject[]>;
  /** The mesh config and the mesh's networks, where flags name them. */
  readonly settings: Readonly<Record<"mesh" | "meshNetworks", string | undefined>>;
  /** What `--policy` names; it has the word before the policies among the objects. */
  readonly policy: AnalysisPolicy;
  /** In ms since 1970. */
  readonly now: number;
}

/** Analyses the objects of some files, laid over the background. */
export function analyzeFiles(
  { objects, ignored }: FileObjects,
  background: Background,
  filter: Pick<AnalyzeOptions, "namespace" | "only" | "suppress">,
): Analysis {
  const byKey = new Map<string, FileObject>();
  for (const file of objects) {
    if (!file.draft) continue;
    const { name, namespace = "" } = file.draft.object.metadata;
    // As with kubectl apply: of an object that is given twice, the last one counts.
    byKey.set(refKey({ kind: file.draft.kind, namespace, name }), file);
  }
  const placed = (ref: Omit<Related, "message">, path: readonly (string | number)[]): FilePlace => {
    const home = byKey.get(refKey(ref));
    return home ? { file: home.file, ...home.place(path) } : {};
  };
  const others = [...background.remotes].map(
    ([name, objects]) => [name, meshView(objects)] as const,
  );
  const clusters = { own: "this cluster", others: new Map(others) };
  const mesh = withClusters(overlaid([...byKey.values()], background), clusters);
  const policy = bothPolicies(background.policy, meshPolicy(mesh));
  // An optional rule runs when its code is asked for.
  const rules = rulesUnder(RULES, policy, filter.only);
  const today = new Date(background.now).toISOString().slice(0, 10);
  const refusals = [...byKey.values()].flatMap(({ draft }) =>
    draft ? schemaFindings(draft, mesh) : [],
  );
  const refused = new Set(refusals.map(placeKey));
  const checked = checkObjects(subjectsOf(mesh, rules), mesh, rules)
    // The webhook often says again what the schema says.
    .filter((finding) => finding.code !== WEBHOOK_REFUSAL || !refused.has(placeKey(finding)));
  const judged = applyPolicy([...refusals, ...checked], policy, today);
  const found = judged.map((finding): PlacedFinding => ({
    ...finding,
    related: finding.related.map((other) => ({ ...other, ...placed(other, []) })),
    ...(finding.object && placed(finding.object, finding.fieldPath)),
  }));
  const findings = [...objects.flatMap(shapeFindings), ...found].sort(compare);
  const live = background.objects.length;
  return analysisOf(findings, { objects: objects.length + live, ignored }, filter);
}

function overlaid(files: readonly FileObject[], { objects, settings, now }: Background): MeshView {
  const changes = files.flatMap(({ draft }) => (draft ? [{ type: "put" as const, ...draft }] : []));
  const mesh = applyChanges(meshView(objects, now), changes);
  const given = Object.entries(settings).filter(([, text]) => text !== undefined);
  if (given.length === 0) return mesh;
  const before = mesh.get("ConfigMap", "istio-system", "istio");
  const data = { ...(before?.["data"] as object | undefined), ...Object.fromEntries(given) };
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: "istio-system" },
    ...before,
    data,
  };
  return applyChanges(mesh, [{ type: "put", kind: "ConfigMap", object }]);
}

const refKey = ({ kind, namespace, name }: Omit<Related, "message">): string =>
  `${kind}/${namespace}/${name}`;

/** What istiod's webhook would refuse. */
const WEBHOOK_REFUSAL = "IST0106";

const placeKey = ({ object, path }: ObjectFinding): string =>
  `${object ? refKey(object) : ""} ${path}`;

const compare = (a: PlacedFinding, b: PlacedFinding): number =>
  compareFindings(a, b) ||
  (a.file ?? "").localeCompare(b.file ?? "") ||
  (a.line ?? 0) - (b.line ?? 0);

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
