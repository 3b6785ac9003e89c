import type { RE2JS } from "re2js";
import type { LabelSet } from "../series";
import { compileRe2 } from "./matcher";
import { PromqlError } from "./promql-error";
import { type Value, vector, wanted } from "./value";

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The text that argument `index` is. */
export const textAt = (args: readonly Value[], index: number): string =>
  wanted(args[index], "string").value;

/** `label_replace(vector, target, replacement, source, regex)`. @throws PromqlError */
export function labelReplace(args: readonly Value[]): Value {
  const [target, replacement, source] = [textAt(args, 1), textAt(args, 2), textAt(args, 3)];
  const regex = patternOf(textAt(args, 4));
  if (!LABEL_NAME.test(target)) {
    throw new PromqlError(
      "execution",
      `invalid destination label name in label_replace(): ${target}`,
    );
  }
  return vector(
    wanted(args[0], "vector").samples.map(({ labels, value }) => {
      const matcher = regex.matcher(labels[source] ?? "");
      if (!matcher.matches()) return { labels, value };
      return { labels: withLabel(labels, target, expanded(replacement, matcher)), value };
    }),
  );
}

function patternOf(text: string): RE2JS {
  try {
    return compileRe2(text);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    throw new PromqlError("execution", `invalid regular expression in label_replace(): ${text}`);
  }
}

/** `$1` and `${name}` of a template, as Go's regexp expands them; a group that is not there is empty. */
function expanded(template: string, matcher: ReturnType<RE2JS["matcher"]>): string {
  return template.replace(
    /\$(?:(\w+)|\{(\w+)\}|\$)/g,
    (_, plain: string | undefined, braced: string | undefined) => {
      const group = plain ?? braced;
      if (group === undefined) return "$";
      try {
        return (/^\d+$/.test(group) ? matcher.group(Number(group)) : matcher.group(group)) ?? "";
      } catch {
        return "";
      }
    },
  );
}

/** `label_join(vector, target, separator, source…)`. @throws PromqlError */
export function labelJoin(args: readonly Value[]): Value {
  const [target, separator] = [textAt(args, 1), textAt(args, 2)];
  const sources = args.slice(3).map((_, index) => textAt(args, index + 3));
  const invalid = sources.find((name) => !LABEL_NAME.test(name));
  if (invalid !== undefined) {
    throw new PromqlError("execution", `invalid source label name in label_join(): ${invalid}`);
  }
  if (!LABEL_NAME.test(target)) {
    throw new PromqlError("execution", `invalid destination label name in label_join(): ${target}`);
  }
  return vector(
    wanted(args[0], "vector").samples.map(({ labels, value }) => ({
      labels: withLabel(labels, target, sources.map((name) => labels[name] ?? "").join(separator)),
      value,
    })),
  );
}

function withLabel(labels: LabelSet, name: string, value: string): LabelSet {
  const { [name]: _, ...rest } = labels;
  return value === "" ? rest : { ...rest, [name]: value };
}
