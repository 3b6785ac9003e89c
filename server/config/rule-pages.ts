import { docsOf } from "@/lib/analysis/docs";
import type { Level, Rule } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import type { KindId } from "@/lib/istio/kinds";
import { unfoldYaml } from "@/lib/yaml/stringify";

/** A rule in the list of rules. */
export interface RuleRow {
  readonly id: string;
  readonly code: string;
  readonly aliases: readonly string[];
  readonly level: Level;
  readonly title: string;
  readonly kinds: readonly KindId[];
}

/** Everything that a rule says of itself. */
export interface RulePage extends RuleRow {
  readonly why: string;
  readonly fix: string;
  readonly reads: readonly KindId[];
  readonly examples: Rule["examples"];
  /** Where others explain the same, by code. */
  readonly docs: readonly { readonly code: string; readonly href: string }[];
}

const rowOf = ({ id, code, aliases, level, title, kinds }: Rule): RuleRow => ({
  id,
  code,
  aliases,
  level,
  title,
  kinds,
});

/** All rules, by code. */
export const listRules = (): readonly RuleRow[] =>
  RULES.map(rowOf).sort((a, b) => a.code.localeCompare(b.code, "en") || (a.id < b.id ? -1 : 1));

/** What matters often stands at the end of a long line, out of sight. */
const readable = (example: string): string => unfoldYaml(example.trim()).trim();

/** The page of a rule, by its id or one of its codes; undefined where there is none. */
export function rulePage(name: string): RulePage | undefined {
  const rule =
    RULES.find(({ id }) => id === name) ??
    RULES.find(({ code, aliases }) => code === name || aliases.includes(name));
  if (!rule) return undefined;
  const { why, fix, reads, examples, code, aliases } = rule;
  return {
    ...rowOf(rule),
    why,
    fix,
    reads,
    examples: {
      bad: readable(examples.bad),
      good: readable(examples.good),
      ...(examples.otherCluster !== undefined && { otherCluster: readable(examples.otherCluster) }),
    },
    docs: [code, ...aliases].flatMap((one) => {
      const href = docsOf(one);
      return href === undefined ? [] : [{ code: one, href }];
    }),
  };
}
