import { isRecord } from "@/lib/k8s/json-value";

/** A Go type as encoding/json reads it. */
export type GoType =
  | "string"
  | "bool"
  | "int"
  | "float"
  | "int-or-string"
  | "quantity"
  | "time"
  | "bytes"
  | "any"
  | { readonly list: GoType }
  | { readonly map: GoType }
  | { readonly fields: Readonly<Record<string, GoType>> };

/** A document that istioctl refuses to read. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** Checks that a value can be read as a type: null always can, unknown fields are passed over. @throws DecodeError */
export function checkGoType(value: unknown, type: GoType, path: string): void {
  if (value === null || value === undefined || type === "any") return;
  if (typeof type === "string") {
    if (!fits(value, type)) throw mismatch(value, type, path);
  } else if ("list" in type) {
    if (!Array.isArray(value)) throw mismatch(value, "list", path);
    for (const item of value) checkGoType(item, type.list, path);
  } else {
    if (!isRecord(value)) throw mismatch(value, "object", path);
    for (const [name, field] of Object.entries(value)) {
      if ("map" in type) checkGoType(field, type.map, path);
      else if (Object.hasOwn(type.fields, name)) {
        checkGoType(field, type.fields[name] ?? "any", `${path}.${name}`);
      }
    }
  }
}

const mismatch = (value: unknown, type: string, path: string): DecodeError =>
  new DecodeError(
    `json: cannot unmarshal ${jsonType(value)} into Go struct field ${path} of type ${type}`,
  );

const jsonType = (value: unknown): string =>
  typeof value === "boolean" ? "bool" : Array.isArray(value) ? "array" : typeof value;

const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function fits(value: unknown, type: Extract<GoType, string>): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "int":
      return typeof value === "number" && Number.isInteger(value);
    case "float":
      return typeof value === "number";
    case "int-or-string":
      return typeof value === "string" || (typeof value === "number" && Number.isInteger(value));
    case "quantity":
      return typeof value === "number" || (typeof value === "string" && QUANTITY.test(value));
    case "time":
      return typeof value === "string" && RFC3339.test(value);
    case "bytes":
      return typeof value === "string" && BASE64.test(value.replace(/[\r\n]/g, ""));
    case "any":
      return true;
  }
}
