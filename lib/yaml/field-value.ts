import { isRecord } from "@/lib/k8s/json-value";
import type { FieldPath } from "./field-path";

/** The value at `path`; undefined when there is none. Own fields only. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let current = value;
  for (const step of path) {
    if (Array.isArray(current) && typeof step === "number") current = (current as unknown[])[step];
    else if (isRecord(current) && typeof step === "string" && Object.hasOwn(current, step)) {
      current = current[step];
    } else return undefined;
  }
  return current;
}

/**
 * A copy of `value` with `next` at `path`; absent mappings and lists on the way are made.
 * Undefined when the path leads through a scalar or past the end of a list.
 */
export function withValueAt(value: unknown, path: FieldPath, next: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (typeof step === "number") {
    const list: readonly unknown[] = value === undefined || value === null ? [] : asList(value);
    if (!isListLike(value) || step > list.length) return undefined;
    const child = withValueAt(list[step], rest, next);
    return child === undefined ? undefined : list.toSpliced(step, 1, child);
  }
  if (value !== undefined && value !== null && !isRecord(value)) return undefined;
  const child = withValueAt(isRecord(value) ? ownField(value, step) : undefined, rest, next);
  return child === undefined ? undefined : { ...value, [step]: child };
}

/** A copy of `value` without the field or list item at `path`; the same value when absent. */
export function withoutValueAt(value: unknown, path: FieldPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined || valueAt(value, path) === undefined) return value;
  if (Array.isArray(value) && typeof step === "number") {
    const list: readonly unknown[] = value;
    return rest.length === 0
      ? list.toSpliced(step, 1)
      : list.toSpliced(step, 1, withoutValueAt(list[step], rest));
  }
  if (!isRecord(value) || typeof step !== "string") return value;
  if (rest.length > 0) return { ...value, [step]: withoutValueAt(value[step], rest) };
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== step));
}

const ownField = (record: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const isListLike = (value: unknown): boolean =>
  value === undefined || value === null || Array.isArray(value);

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
