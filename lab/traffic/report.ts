import { type Aspect, ASPECTS, type Comparison } from "./compare";
import type { Recorded } from "./corpus";

/** One comparison of one request of one case. */
export interface Compared {
  readonly id: string;
  readonly tag: string;
  readonly request: Recorded;
  readonly comparison: Comparison;
  /** Why a deviation is explained; undefined for one that is not. */
  readonly reason: string | undefined;
}

/** All of these must agree, of all else this part. */
const STRICT: ReadonlySet<Aspect> = new Set<Aspect>(["status", "destination"]);
const REST_TARGET = 0.99;

/** The agreement by tag and aspect, what deviates, and whether the target is met. */
export function report(compared: readonly Compared[], verbose: boolean) {
  const tags = [...new Set(compared.map(({ tag }) => tag))].sort();
  const lines = [row("", ASPECTS), ...tags.map((tag) => row(tag, cells(compared, tag)))];
  lines.push(row("all", cells(compared, undefined)));
  const deviating = compared.filter(({ comparison }) => !comparison.agrees);
  const reasons = new Map<string, number>();
  for (const { reason } of deviating) {
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  lines.push("");
  for (const [reason, count] of reasons) lines.push(`explained, ${count} times: ${reason}`);
  const unexplained = deviating.filter(({ reason }) => reason === undefined);
  for (const { id, tag, request, comparison } of unexplained.slice(0, verbose ? undefined : 40)) {
    const { aspect, expected, actual } = comparison;
    const { observed: _, ...asked } = request;
    lines.push(
      `${id} ${tag}: ${aspect}: recorded ${JSON.stringify(expected)}, decided ${JSON.stringify(actual)}`,
      `    ${JSON.stringify(asked)}`,
    );
  }
  const part = (strict: boolean): readonly [number, number] => {
    const chosen = compared.filter(({ comparison }) => STRICT.has(comparison.aspect) === strict);
    return [chosen.filter(({ comparison }) => comparison.agrees).length, chosen.length];
  };
  const [agreeing, all] = part(true);
  const [agreeingRest, allRest] = part(false);
  const failing = unexplained.filter(({ comparison }) => STRICT.has(comparison.aspect)).length;
  const passed =
    all > 0 && failing === 0 && (allRest === 0 || agreeingRest / allRest >= REST_TARGET);
  lines.push(
    `statuses and destinations: ${agreeing} of ${all}; the rest: ${agreeingRest} of ${allRest} ` +
      `(${((100 * agreeingRest) / Math.max(1, allRest)).toFixed(2)} %); ${passed ? "met" : "below target"}`,
  );
  return { text: lines.join("\n"), passed };
}

const row = (tag: string, values: readonly string[]): string =>
  tag.padEnd(18) + values.map((value) => value.padStart(17)).join("");

function cells(compared: readonly Compared[], tag: string | undefined): readonly string[] {
  return ASPECTS.map((aspect) => {
    const chosen = compared.filter(
      (one) => one.comparison.aspect === aspect && (tag === undefined || one.tag === tag),
    );
    if (chosen.length === 0) return "-";
    return `${chosen.filter(({ comparison }) => comparison.agrees).length}/${chosen.length}`;
  });
}
