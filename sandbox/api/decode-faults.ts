import type { KubeObject } from "@/lib/k8s/object";
import type { Schema } from "@/lib/k8s/schema";
import { validate } from "@/lib/k8s/schema-validate";
import { refuse, type StatusError } from "./status-error";

const GO_TYPES: Readonly<Record<string, string>> = {
  integer: "number",
  boolean: "bool",
  object: "object",
  array: "array",
  string: "string",
  number: "number",
};
const GO_WANTED: Readonly<Record<string, string>> = {
  string: "string",
  integer: "int32",
  boolean: "bool",
  object: "map[string]string",
  array: "[]string",
};

/**
 * Built-in kinds are read into structures before anything is validated: a value of another type is
 * refused as it would be there. Undefined when all have the right type.
 */
export function decodeFault(
  object: KubeObject,
  schema: Schema,
  version: string,
): StatusError | undefined {
  const { kind } = object;
  const refused = (why: string) =>
    refuse.badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
  for (const { reason, field, message } of validate(object, schema)) {
    if (message.includes("must be of type byte")) {
      return refused("illegal base64 data at input byte 0");
    }
    if (reason !== "FieldValueTypeInvalid") continue;
    const [, given = "", wanted = ""] =
      /^Invalid value: "(\w+)": .* must be of type ([\w ]+):/.exec(message) ?? [];
    // Nothing is the zero of every type.
    if (given === "null") continue;
    const path = structPath(field.replaceAll(/\[\d+\]/g, "").split("."), schema);
    return refused(
      `json: cannot unmarshal ${GO_TYPES[given] ?? given} into Go struct field ${kind}.${path} of type ${GO_WANTED[wanted] ?? wanted}`,
    );
  }
  return undefined;
}

/** The path as far as it leads through structures: keys of maps are no part of it. */
function structPath(segments: readonly string[], schema: Schema): string {
  const named: string[] = [];
  let at: Schema | undefined = schema;
  for (const segment of segments) {
    while (at?.items) at = at.items;
    const next: Schema | undefined = at?.properties?.[segment];
    if (!next) break;
    named.push(segment);
    at = next;
  }
  return named.join(".");
}
