import { isRecord } from "@/lib/k8s/json-value";

type Step = (values: readonly unknown[]) => readonly unknown[];

const STEP =
  /^(?:\.?\[\?\(@\.([\w.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]|\.?\[(-?\d+)\]|\.?\[\*\]|\.\*|\.?\[['"]([^'"]+)['"]\]|\.((?:[^.[\\]|\\.)+))/;

const field = (value: unknown, name: string): readonly unknown[] =>
  isRecord(value) && value[name] !== undefined && value[name] !== null ? [value[name]] : [];

/**
 * Compiles the JSONPath of a printer column: fields, indexes, `[*]` and `[?(@.field=="text")]`.
 * A path in any other form yields nothing, as kubectl prints nothing for it.
 */
export function jsonPath(path: string): (value: unknown) => readonly unknown[] {
  const steps: Step[] = [];
  let rest = path;
  while (rest) {
    const match = STEP.exec(rest);
    if (!match) return () => [];
    steps.push(stepOf(match));
    rest = rest.slice(match[0].length);
  }
  return (value) => steps.reduce<readonly unknown[]>((values, step) => step(values), [value]);
}

function stepOf(match: RegExpExecArray): Step {
  const [, filterField, double, single, index, quoted, name] = match;
  if (filterField !== undefined) {
    const wanted = double ?? single;
    const path = filterField.split(".");
    return (values) =>
      values.flatMap(itemsOf).filter((item) => {
        const found = path.reduce<readonly unknown[]>(
          (inner, part) => inner.flatMap((one) => field(one, part)),
          [item],
        );
        return found[0] === wanted;
      });
  }
  if (index !== undefined) {
    const at = Number(index);
    return (values) =>
      values.flatMap((value) =>
        Array.isArray(value) && value.at(at) !== undefined ? [value.at(at) as unknown] : [],
      );
  }
  const fieldName = quoted ?? name?.replaceAll(/\\(.)/g, "$1");
  if (fieldName === undefined) return (values) => values.flatMap(itemsOf);
  return (values) => values.flatMap((value) => field(value, fieldName));
}

const itemsOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
