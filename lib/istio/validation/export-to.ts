import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { isLabel } from "./names";

/** To whom an object shows itself: where it lives, and what its kind allows. */
export interface Exporter {
  readonly namespace: string;
  /** ServiceEntries may hide themselves (`~`). */
  readonly mayHide?: boolean;
  /** DestinationRules of selected workloads stay in their namespace. */
  readonly isForWorkloads?: boolean;
}

/** Checks `exportTo`. */
export function checkExportTo(exportTo: Field, exporter: Exporter, issues: Issues): void {
  const { namespace, mayHide = false, isForWorkloads = false } = exporter;
  const items = exportTo.items();
  const seen = new Set<string>();
  for (const item of items) {
    const text = item.text ?? "";
    const key = text === "." ? namespace : text;
    if (seen.has(key)) {
      issues.error(
        item,
        key === text
          ? `duplicate entries in exportTo for entry ${text}`
          : `duplicate entries in exportTo: . and current namespace ${namespace}`,
      );
      continue;
    }
    const problem = key === "~" && mayHide ? undefined : visibilityProblem(key);
    if (problem === undefined) seen.add(key);
    else issues.error(item, problem);
  }
  const fail = (message: string) => {
    issues.error(exportTo, message);
  };
  if (isForWorkloads && seen.size > 0) {
    if (!seen.has(namespace)) {
      fail("destination rule with workload selector cannot have exportTo beyond current namespace");
    } else if (seen.size > 1) {
      fail("destination rule with workload selector cannot have multiple entries in exportTo");
    }
  }
  if (items.length < 2) return;
  if (seen.has("*")) {
    fail("cannot have both public (*) and non-public exportTo values for a resource");
  }
  if (seen.has("~")) fail("cannot export service entry to no one (~) and someone");
}

function visibilityProblem(value: string): string | undefined {
  if (value === "*") return undefined;
  if (value === "~") return "exportTo ~ (none) is not allowed for Istio configuration objects";
  return isLabel(value)
    ? undefined
    : "only .,*, or a valid DNS 1123 label is allowed as exportTo entry";
}
