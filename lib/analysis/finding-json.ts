import type { TextRange } from "@/lib/yaml/text-range";
import type { Finding } from "./finding";
import type { Related } from "./rule";

/** Where something stands; absent for an object of a cluster, which no text holds. */
export type FilePlace = Partial<TextRange> & { readonly file?: string };

/** A finding of a file or of an object in a cluster. */
export type PlacedFinding = Omit<Finding, "related"> &
  FilePlace & { readonly related: readonly (Related & FilePlace)[] };

/** Exactly the fields that programs get; what does not apply to a finding of a cluster is `null`. */
export const findingJson = (finding: PlacedFinding) => ({
  code: finding.code,
  /** What the same rule is called elsewhere: Kiali's code beside istioctl's. */
  aliases: finding.aliases,
  level: finding.level,
  kind: finding.kind,
  namespace: finding.namespace,
  name: finding.name,
  message: finding.message,
  path: finding.path,
  file: finding.file ?? null,
  line: finding.line ?? null,
  column: finding.column ?? null,
  endLine: finding.endLine ?? null,
  endColumn: finding.endColumn ?? null,
  related: finding.related,
  docs: finding.docs ?? null,
});
