import { KINDS } from "@/lib/istio/kinds";
import { isKnownGroup, type KindSchema, kindSchema } from "@/lib/istio/schemas/kind-schema";
import type { ValidationIssue } from "@/lib/istio/validation/issue";
import { validateIstioObject } from "@/lib/istio/validation/validate-istio-object";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { metadataWarnings } from "@/lib/k8s/metadata-rules";
import { metadataTypeFault, withoutNulls } from "@/lib/k8s/metadata-types";
import type { KubeObject } from "@/lib/k8s/object";
import type { FieldFault } from "@/lib/k8s/schema";
import { prune } from "@/lib/k8s/schema-prune";
import { wholeSchema } from "@/lib/k8s/whole-schema";
import { Field } from "@/lib/yaml/field";
import { type FieldPath, formatPath } from "@/lib/yaml/field-path";
import { apiServerFaults } from "./api-server-faults";
import { faultPath } from "./fault-path";

/** Where on its way into the cluster an object is looked at, in this order. */
export type Stage = "decode" | "strict" | "schema" | "cel" | "metadata" | "webhook";

/** What the API server or istiod's webhook says of an object. */
export interface StageIssue {
  readonly stage: Stage;
  /** An object is refused exactly when it has an Error. */
  readonly level: "Error" | "Warning";
  readonly code: string;
  /** The field in the words of whoever says it; empty for the object as a whole. */
  readonly path: string;
  /** Where that is in the object. */
  readonly fieldPath: FieldPath;
  readonly message: string;
}

const SHAPE = "QD0002";
const SCHEMA = "QD0003";
const REFUSED = "IST0106";
const WARNED = "IST0133";

/**
 * What a cluster with Istio would say of an object by itself when it is created: the API server
 * (types, unknown fields, then metadata, schema and CEL together), and istiod's webhook if all of
 * that passed. Of kinds that are neither Istio's nor the Gateway API's, only the types of the metadata are
 * judged: for these, and for what is no object at all, `isJudged` is false.
 */
export function validateObject(value: unknown): {
  readonly issues: readonly StageIssue[];
  readonly isJudged: boolean;
} {
  const header = readHeader(value);
  if (!header) return { issues: [], isJudged: false };
  if ("refusal" in header) return { issues: [header.refusal], isJudged: true };
  const { record, served } = header;
  const decoded = decodeMetadata(header);
  if ("refusal" in decoded)
    return { issues: [...deprecations(served), decoded.refusal], isJudged: true };
  if (!served) return { issues: [], isJudged: false };
  const { metadata } = decoded;
  const namespace = served.namespaced ? { namespace: metadata["namespace"] || "default" } : {};
  const object = { ...record, metadata: { ...metadata, ...namespace } } as unknown as KubeObject;
  return { issues: [...deprecations(served), ...judge(object, served)], isJudged: true };
}

const deprecations = (served: KindSchema | undefined): readonly StageIssue[] =>
  served?.deprecation === undefined ? [] : [warning("decode", SHAPE, served.deprecation)];

const warning = (stage: Stage, code: string, message: string): StageIssue => ({
  stage,
  level: "Warning",
  code,
  path: "",
  fieldPath: [],
  message,
});

interface Refusal {
  readonly refusal: StageIssue;
}

/** What a document says it is. */
interface Header {
  readonly record: JsonRecord;
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for kinds that are not judged here. */
  readonly served: KindSchema | undefined;
}

/** Undefined for what is no object, and none that went wrong: a chart's values, an OpenAPI document. */
function readHeader(value: unknown): Header | Refusal | undefined {
  const refuse = (field: string, message: string) => ({ refusal: decodeIssue(field, message) });
  if (!isRecord(value)) return refuse("", "the document is no object");
  const [kind, apiVersion] = ["kind", "apiVersion"].map((name) => new Field(value).at(name).text);
  if (kind === undefined) {
    const isOurs = apiVersion !== undefined && isKnownGroup(apiVersion);
    return isOurs ? refuse("kind", "Object 'Kind' is missing") : undefined;
  }
  if (apiVersion === undefined) return refuse("apiVersion", "Object 'apiVersion' is missing");
  const served = kindSchema(apiVersion, kind);
  if (!served && (isKnownGroup(apiVersion) || isOfOtherGroup(kind, apiVersion))) {
    return refuse("apiVersion", `no matches for kind "${kind}" in version "${apiVersion}"`);
  }
  return { record: value, apiVersion, kind, served };
}

/** Whether an object that names no group is of a kind that only a group has. */
const isOfOtherGroup = (kind: string, apiVersion: string): boolean =>
  !apiVersion.includes("/") && KINDS.some((info) => info.kind === kind && info.family !== "core");

function decodeMetadata({ record, kind, apiVersion }: Header): Refusal | { metadata: JsonRecord } {
  const metadata = (Object.hasOwn(record, "metadata") ? record["metadata"] : undefined) ?? {};
  const fault = metadataTypeFault(kind, apiVersion, metadata);
  if (fault) return { refusal: decodeIssue(fault.field, fault.message) };
  return { metadata: withoutNulls(isRecord(metadata) ? metadata : {}) };
}

/** An issue of the stage in which the text becomes an object. */
export const decodeIssue = (field: string, message: string): StageIssue => ({
  stage: "decode",
  level: "Error",
  code: SHAPE,
  path: field,
  fieldPath: field === "" ? [] : field.split("."),
  message,
});

function judge(object: KubeObject, served: KindSchema): readonly StageIssue[] {
  const { unknown } = prune(object, wholeSchema(served.schema));
  if (unknown.length > 0) {
    return unknown.map((field) => ({
      stage: "strict" as const,
      level: "Error" as const,
      code: SCHEMA,
      path: field,
      fieldPath: faultPath(field, object),
      message: `strict decoding error: unknown field ${JSON.stringify(field)}`,
    }));
  }
  const { defaulted, metadata, schema, cel } = apiServerFaults(object, served);
  const refusals = [
    ...metadata.map((fault) => faultIssue("metadata", fault, defaulted)),
    ...schema.map((fault) => faultIssue("schema", fault, defaulted)),
    ...cel.map((fault) => faultIssue("cel", fault, defaulted)),
  ];
  if (refusals.length > 0) return refusals;
  return [
    ...metadataWarnings(defaulted).map((message) => warning("metadata", SHAPE, message)),
    ...webhookIssues(defaulted),
  ];
}

function faultIssue(
  stage: Stage,
  { field, message, at = field }: FieldFault,
  object: JsonRecord,
): StageIssue {
  return {
    stage,
    level: "Error",
    code: stage === "metadata" ? SHAPE : SCHEMA,
    path: withoutNil(field),
    fieldPath: faultPath(withoutNil(at), object),
    message,
  };
}

/** What the API server prints where it has no field to name. */
const withoutNil = (field: string): string => (field === "<nil>" ? "" : field);

/** A webhook that refuses keeps its warnings to itself. */
function webhookIssues(object: KubeObject): readonly StageIssue[] {
  const issues = validateIstioObject(object);
  const errors = issues.filter(({ level }) => level === "Error");
  return (errors.length > 0 ? errors : issues).map(webhookIssue);
}

const webhookIssue = ({ level, path, message, analysis }: ValidationIssue): StageIssue => ({
  stage: "webhook",
  level,
  code: analysis?.code ?? (level === "Error" ? REFUSED : WARNED),
  path: formatPath(path),
  fieldPath: path,
  message,
});
