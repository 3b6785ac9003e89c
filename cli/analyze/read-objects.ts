import { CommandError } from "@/cli/command";
import { type DraftObject, readDraftObject } from "@/lib/analysis/draft-object";
import type { Report } from "@/lib/analysis/rule";
import { groupOf, KINDS } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { FieldPath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml, YAML_LIMITS, type YamlLimits } from "@/lib/yaml/parse";
import type { TextRange } from "@/lib/yaml/text-range";
import type { InputText } from "./read-inputs";

/** The check that an object is one: its kind, version and name. */
export const OBJECT_SHAPE = { rule: "object-shape", code: "QD0002" } as const;

/** One object of a file. */
export interface FileObject {
  readonly file: string;
  /** Undefined when it is of a kind that Istio's groups do not have. */
  readonly draft: DraftObject | undefined;
  /** What is wrong with its frame: kind, version, name. */
  readonly reports: readonly Report[];
  /** Where a field of the object lies in the file. */
  readonly place: (path: FieldPath) => TextRange;
}

/** What the files hold. */
export interface FileObjects {
  readonly objects: readonly FileObject[];
  /** Objects of kinds that have no part in the mesh. */
  readonly ignored: number;
}

/** A file may hold a whole cluster, unlike a text in the editor. */
const LIMITS: YamlLimits = { ...YAML_LIMITS, length: 256_000_000, values: 50_000_000 };

const CONFIG_GROUPS: ReadonlySet<string> = new Set(
  KINDS.filter(({ family }) => family !== "core").map(({ group }) => group),
);

/** The objects of some texts, lists unfolded. `namespace` is for those that name none. @throws CommandError */
export function readObjects(texts: readonly InputText[], namespace: string): FileObjects {
  const objects: FileObject[] = [];
  let ignored = 0;
  for (const { file, value, place } of texts.flatMap(valuesOf)) {
    if (!isRecord(value)) throw unreadable(file, place([]), "is no Kubernetes object");
    for (const name of ["apiVersion", "kind"]) {
      if (typeof value[name] === "string") continue;
      throw unreadable(file, place([name]), `is no Kubernetes object: ${name} is missing`);
    }
    const { draft, reports } = readDraftObject(value, namespace);
    if (draft || CONFIG_GROUPS.has(groupOf(String(value["apiVersion"])))) {
      objects.push({ file, draft, reports, place });
    } else ignored++;
  }
  return { objects, ignored };
}

interface FileValue {
  readonly file: string;
  readonly value: unknown;
  readonly place: (path: FieldPath) => TextRange;
}

function valuesOf({ file, text }: InputText): readonly FileValue[] {
  const parsed = parseYaml(text, LIMITS);
  const [problem] = parsed.problems;
  if (problem) throw unreadable(file, problem.range, problem.message);
  return parsed.documents.flatMap((document) => {
    const { value } = document;
    if (value === null) return [];
    const placeBelow = (base: FieldPath) => (path: FieldPath) =>
      locate(parsed, document, [...base, ...path]).range;
    // What `kubectl get -o yaml` prints for more than one object.
    if (isRecord(value) && value["apiVersion"] === "v1" && value["kind"] === "List") {
      const items: readonly unknown[] = Array.isArray(value["items"]) ? value["items"] : [];
      return items.map((item, index) => ({
        file,
        value: item,
        place: placeBelow(["items", index]),
      }));
    }
    return [{ file, value, place: placeBelow([]) }];
  });
}

const unreadable = (file: string, { line, column }: TextRange, what: string): CommandError =>
  new CommandError(`${file}:${line}:${column}: ${what.replace(/\s+/g, " ")}`);
