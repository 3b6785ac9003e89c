import { compareText } from "@/lib/base/compare-text";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { FieldPath } from "@/lib/yaml/field-path";
import type { TextChange, TextRange } from "@/lib/yaml/text-range";
import type { Fix, Level, Related } from "./rule";

/** One thing that is wrong with one object. The names of the fields are those of the interface. */
export interface Finding {
  /** The rule's id, or the check's (`yaml-syntax`, `schema`). */
  readonly rule: string;
  readonly code: string;
  readonly aliases: readonly string[];
  readonly level: Level;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly message: string;
  /** `spec.http[0].route[0].destination.host`; empty for the object as a whole. */
  readonly path: string;
  readonly related: readonly Related[];
  /** Where the rule is explained; undefined when nowhere but in the product. */
  readonly docs: string | undefined;
  /** Why it does not count; absent for one that does. */
  readonly suppressed?: Suppression | undefined;
}

/** How a finding was switched off. */
export interface Suppression {
  /** The annotation of the object, or the policy, by its file or ConfigMap. */
  readonly by: string;
  /** Undefined for annotations, which have no place for one. */
  readonly reason: string | undefined;
  /** The last day, as `2026-12-31`; undefined for ever. */
  readonly until: string | undefined;
}

/** A finding before it is placed in a text. */
export interface ObjectFinding extends Finding {
  readonly object: ObjectRef | undefined;
  readonly fieldPath: FieldPath;
  readonly fixes: readonly Fix[] | (() => readonly Fix[]);
}

/** A finding at its place in the user's text, with fixes that edit this text. */
export interface TextFinding extends Finding, TextRange {
  readonly fixes: readonly { readonly title: string; readonly changes: readonly TextChange[] }[];
}

const LEVELS: readonly Level[] = ["Error", "Warning", "Info"];

type Ordered = Pick<Finding, "level" | "kind" | "namespace" | "name" | "path" | "code" | "message">;

/** Worst first; then by object and path, so that lists stay put between two runs. */
export const compareFindings = (a: Ordered, b: Ordered): number =>
  LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
  compareText(a.kind, b.kind) ||
  compareText(a.namespace, b.namespace) ||
  compareText(a.name, b.name) ||
  compareText(a.path, b.path) ||
  compareText(a.code, b.code) ||
  compareText(a.message, b.message);

/** What makes two findings the same, wherever they were found. */
export const findingKey = (finding: Finding): string =>
  [finding.rule, finding.kind, finding.namespace, finding.name, finding.path, finding.message].join(
    "\n",
  );

/** How many there are of each level. */
export interface LevelCounts {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
}

/** Counts findings by level. */
export function countLevels(findings: Iterable<Pick<Finding, "level">>): LevelCounts {
  const counts = { Error: 0, Warning: 0, Info: 0 };
  for (const { level } of findings) counts[level]++;
  return { errors: counts.Error, warnings: counts.Warning, infos: counts.Info };
}
