import type { FieldCause } from "@/lib/base/errors";
import type { JsonRecord } from "@/lib/k8s/json-value";
import { type FieldPath, formatPath } from "@/lib/yaml/field-path";
import { valueAt } from "@/lib/yaml/field-value";
import { withField } from "./rollout-draft";

/** The spec of a draft as a form reads and writes it; paths begin below `spec`. */
export interface PlanForm {
  readonly spec: JsonRecord;
  readonly problems: readonly FieldCause[];
  /** Everything at once. */
  readonly replace: (spec: JsonRecord) => void;
  /** One field; undefined takes it away. */
  readonly set: (path: FieldPath, value: unknown) => void;
  readonly at: (path: FieldPath) => unknown;
  /** The number at a path; undefined where there is none. */
  readonly number: (path: FieldPath) => number | undefined;
  readonly text: (path: FieldPath) => string;
  /** What is wrong with exactly this field. */
  readonly problem: (path: FieldPath) => string | undefined;
}

/** A form over a spec and what is wrong with it. */
export function planForm(
  spec: JsonRecord,
  problems: readonly FieldCause[],
  replace: (spec: JsonRecord) => void,
): PlanForm {
  const at = (path: FieldPath) => valueAt(spec, path);
  return {
    spec,
    problems,
    replace,
    set: (path, value) => replace(withField(spec, path, value)),
    at,
    number(path) {
      const value = at(path);
      return typeof value === "number" ? value : undefined;
    },
    text(path) {
      const value = at(path);
      return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
    },
    problem(path) {
      const field = formatPath(["spec", ...path]);
      return problems.find((each) => each.field === field)?.message;
    },
  };
}

/** `app=reviews, version=v2`: how labels are typed in one line. */
export const labelsText = (labels: unknown): string =>
  typeof labels === "object" && labels !== null
    ? Object.entries(labels)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(", ")
    : "";

/** Reads what `labelsText` writes; undefined where there is nothing. */
export function readLabels(text: string): Readonly<Record<string, string>> | undefined {
  const entries = text.split(",").flatMap((part) => {
    const [name = "", ...value] = part.split("=");
    return name.trim() === "" ? [] : [[name.trim(), value.join("=").trim()] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
