import {
  groupOf,
  isKindId,
  type KindId,
  kindIdOf,
  kindInfo,
  KINDS,
  preferredApiVersion,
} from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import { isSubdomain } from "@/lib/k8s/subdomain";
import type { KubeObject } from "@/lib/k8s/object";
import { Field } from "./field";
import { nearestNames } from "./nearest";
import type { Report } from "./rule";

/** One object of a text, ready to be laid over the mesh. */
export interface DraftObject {
  readonly kind: KindId;
  /** What is not a field of `metadata` is as the user wrote it, types included. */
  readonly object: KubeObject;
}

/**
 * Reads the value of a document as an object: what kind it is and how it is called. The object is
 * there as soon as its kind is known, so that a half-typed one is analysed too.
 * `namespace` is for objects that name none.
 */
export function readDraftObject(
  value: unknown,
  namespace: string,
): { readonly draft: DraftObject | undefined; readonly reports: readonly Report[] } {
  if (!isRecord(value)) {
    const message = "An object is a mapping with apiVersion, kind, metadata and spec.";
    return { draft: undefined, reports: [{ path: [], message }] };
  }
  const fields = new Field(value);
  const apiVersion = fields.at("apiVersion").text;
  const kindName = fields.at("kind").text;
  const reports: Report[] = [];
  if (apiVersion === undefined) reports.push(missing("apiVersion", "networking.istio.io/v1"));
  if (kindName === undefined) reports.push(missing("kind", "VirtualService"));
  reports.push(...nameReports(fields.at("metadata", "name")));
  if (apiVersion === undefined || kindName === undefined) return { draft: undefined, reports };
  const kind = kindIdOf({ apiVersion, kind: kindName });
  if (!kind) return { draft: undefined, reports: [unknownKind(apiVersion, kindName), ...reports] };
  const { versions, namespaced } = kindInfo(kind);
  if (!versions.some((version) => apiVersion.endsWith(version))) {
    const message = `${kindName} has no version ${apiVersion}; use ${preferredApiVersion(kind)}.`;
    reports.unshift({ path: ["apiVersion"], message });
  }
  // Nearly all objects have all of it: they are taken as they are.
  if (isWhole(fields.at("metadata"), namespaced)) {
    return { draft: { kind, object: value as unknown as KubeObject }, reports };
  }
  const metadata = {
    ...(isRecord(fields.at("metadata").value) ? (fields.at("metadata").value as object) : {}),
    name: fields.at("metadata", "name").text ?? "",
    ...(namespaced && { namespace: fields.at("metadata", "namespace").text ?? namespace }),
  };
  return { draft: { kind, object: { ...value, apiVersion, kind: kindName, metadata } }, reports };
}

const isWhole = (metadata: Field, namespaced: boolean): boolean =>
  metadata.at("name").text !== undefined &&
  (namespaced ? metadata.at("namespace").text !== undefined : !metadata.at("namespace").exists);

function nameReports(name: Field): readonly Report[] {
  if (name.text === undefined) return [missing("metadata.name", "reviews", ["metadata"])];
  if (isSubdomain(name.text)) return [];
  return [
    {
      path: name.path,
      message: `The name ${name.text} is refused: names are lower-case letters, digits, dashes and dots.`,
    },
  ];
}

const missing = (field: string, example: string, path: Report["path"] = []): Report => ({
  path,
  message: `${field} is missing; ${example} is an example of one.`,
});

function unknownKind(apiVersion: string, kind: string): Report {
  const same = KINDS.filter((info) => info.kind === kind && info.group !== groupOf(apiVersion));
  if (same.length > 0) {
    const versions = same.map(({ id }) => preferredApiVersion(id)).join(" or ");
    return {
      path: ["apiVersion"],
      message: `${apiVersion} has no kind ${kind}; it belongs to ${versions}.`,
    };
  }
  const likely = nearestNames(
    kind,
    KINDS.map((info) => info.kind),
    1,
  )[0];
  const hint = likely && isKindId(likely) ? ` Did you mean ${likely}?` : "";
  return { path: ["kind"], message: `The kind ${kind} of ${apiVersion} is not known here.${hint}` };
}
