import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";

const camel = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

const camelNames = new Map<string, string>();

/**
 * A field of a protobuf message in JSON. Envoy's admin page spells it `route_config`, istiod's
 * and istioctl's `routeConfig`; `name` is given in Envoy's spelling. Undefined where it is absent.
 */
export function field(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  if (name in value) return value[name];
  let other = camelNames.get(name);
  if (other === undefined) {
    other = camel(name);
    camelNames.set(name, other);
  }
  return value[other];
}

/** The value at the end of a path of fields. */
export const fieldAt = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>(field, value);

/** A field that is an object; undefined for anything else. */
export function recordField(value: unknown, name: string): JsonRecord | undefined {
  const found = field(value, name);
  return isRecord(found) ? found : undefined;
}

/** A field that is a list; empty for anything else. */
export function listField(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}

/** A field that is a text; empty for anything else, as protobuf has it. */
export function textField(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "";
}

/** A field that is a number, also where it is printed as text; undefined for anything else. */
export function numberField(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  const number = typeof found === "string" && found !== "" ? Number(found) : found;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** Those of a list that are texts. */
export const texts = (list: readonly unknown[]): readonly string[] =>
  list.filter((item) => typeof item === "string");
