import { RULES } from "@/lib/analysis/rules.gen";
import { SCHEMA } from "@/lib/analysis/schema-findings";
import { OBJECT_SHAPE } from "./read-objects";

/** Every code that a finding of a file can have. */
export const KNOWN_CODES: ReadonlySet<string> = new Set([
  OBJECT_SHAPE.code,
  SCHEMA.code,
  ...RULES.flatMap(({ code, aliases }) => [code, ...aliases]),
]);

/** Every name that a policy can call a rule by. */
export const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...KNOWN_CODES,
  OBJECT_SHAPE.rule,
  SCHEMA.rule,
  ...RULES.map(({ id }) => id),
]);
