import { metadataFaults, metadataWarnings, type NameRule } from "@/lib/k8s/metadata-rules";
import type { KubeObject } from "@/lib/k8s/object";
import type { FieldFault } from "@/lib/k8s/schema";
import { schemaFaults } from "@/lib/k8s/schema-admission";
import { applyDefaults, dropNulls } from "@/lib/k8s/schema-default";
import { prune } from "@/lib/k8s/schema-prune";
import { wholeSchema } from "@/lib/k8s/whole-schema";
import { roleFaults } from "./access/role-rules";
import { coreFaults } from "./core-rules";
import { completed } from "./core-defaults";
import { decodeFault } from "./decode-faults";
import { checkDefinition } from "./definition-rules";
import type { ResourceType } from "./resource-type";
import { refuse } from "./status-error";
import type { Target } from "./type-registry";
import type { WriteOptions } from "./write-options";

const RBAC = "rbac.authorization.k8s.io";
const NAME_RULES: Readonly<Record<string, NameRule>> = {
  namespaces: "label",
  services: "label-1035",
  [`roles.${RBAC}`]: "segment",
  [`clusterroles.${RBAC}`]: "segment",
  [`rolebindings.${RBAC}`]: "segment",
  [`clusterrolebindings.${RBAC}`]: "segment",
};

/**
 * The object as its schema knows it: unknown fields are refused, warned of or dropped.
 * @throws StatusError 400, of a patch 422, for unknown and repeated fields under strict validation
 */
export function cleaned(
  { type, version }: Target,
  object: KubeObject,
  { fieldValidation, warnings, duplicates = [], patch, part }: WriteOptions,
): KubeObject {
  const { schema } = version;
  if (type.custom) warnings.push(...metadataWarnings(object));
  else if (schema && !patch && part !== "all") {
    const fault = decodeFault(object, schema, version.name);
    if (fault) throw fault;
  }
  const { value, unknown } = prune(object, wholeSchema(schema));
  const texts = [
    ...duplicates.map((field) => `duplicate field ${JSON.stringify(field)}`),
    ...unknown.map((field) => `unknown field ${JSON.stringify(field)}`),
  ];
  if (texts.length > 0) {
    if (fieldValidation === "Strict") {
      const faults = `strict decoding error: ${texts.join(", ")}`;
      if (patch) throw invalidPatch(object, faults);
      throw refuse.badRequest(
        `${type.kind} in version ${JSON.stringify(version.name)} cannot be handled as a ${type.kind}: ${faults}`,
      );
    }
    if (fieldValidation === "Warn") warnings.push(...texts);
  }
  return value as KubeObject;
}

/** The real server blames the patch without saying of which object, and shows what came of it. */
const invalidPatch = (object: KubeObject, faults: string) =>
  refuse.invalid({ group: "", kind: "" }, "", [
    {
      reason: "FieldValueInvalid",
      field: "patch",
      message: `Invalid value: ${JSON.stringify(JSON.stringify(object))}: ${faults}`,
    },
  ]);

/** The object with its defaults. `now` is in ms. @throws StatusError 422 when it breaks a rule */
export function admitted(
  { type, version }: Target,
  object: KubeObject,
  { live, now }: { live: KubeObject | undefined; now: number },
): KubeObject {
  const { schema } = version;
  const defaulted = schema
    ? (applyDefaults(dropNulls(object, schema), schema) as KubeObject)
    : object;
  const filled = completed(type, defaulted, { now, isNew: live === undefined });
  const others = [
    ...metadataFaults(filled, {
      namespaced: type.namespaced,
      nameRule: NAME_RULES[type.key] ?? "subdomain",
      custom: type.custom,
    }),
    ...finalizerFaults(filled, live),
  ];
  const ofSchema = schema
    ? schemaFaults(filled, schema, { live, others })
    : { schema: [], cel: [] };
  const faults = [...others, ...ofSchema.schema, ...ofSchema.cel, ...ownRules(type, filled, live)];
  if (faults.length > 0) throw refuse.invalid(type, filled.metadata.name, faults);
  return filled;
}

/** A dying object takes no further finalizers. */
function finalizerFaults(object: KubeObject, live: KubeObject | undefined): readonly FieldFault[] {
  if (!live?.metadata.deletionTimestamp) return [];
  const before = live.metadata.finalizers ?? [];
  const added = (object.metadata.finalizers ?? []).filter((text) => !before.includes(text));
  if (added.length === 0) return [];
  return [
    {
      reason: "FieldValueForbidden",
      field: "metadata.finalizers",
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
    },
  ];
}

function ownRules(
  type: ResourceType,
  object: KubeObject,
  live: KubeObject | undefined,
): readonly FieldFault[] {
  if (type.custom) return [];
  if (type.kind === "CustomResourceDefinition") return checkDefinition(object);
  return type.group === RBAC ? roleFaults(object, live) : coreFaults(object, live);
}
