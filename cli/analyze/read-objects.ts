import { type DraftObject, readDraftObject } from "@/lib/analysis/draft-object";
import type { Report } from "@/lib/analysis/rule";
import { CONFIG_KINDS, groupOf, kindInfo } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { FieldPath } from "@/lib/yaml/field-path";
import type { TextRange } from "@/lib/yaml/text-range";
import { unreadable } from "./file-documents";
import { fileValues } from "./file-values";
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

const CONFIG_GROUPS: ReadonlySet<string> = new Set(CONFIG_KINDS.map((id) => kindInfo(id).group));

/** The objects of some texts, lists unfolded. `namespace` is for those that name none. @throws CommandError */
export function readObjects(texts: readonly InputText[], namespace: string): FileObjects {
  const objects: FileObject[] = [];
  let ignored = 0;
  for (const { file, value, repeatedKeys, place } of texts.flatMap(fileValues)) {
    const [repeated] = repeatedKeys;
    if (repeated) throw unreadable(file, repeated.range, repeated.message);
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
