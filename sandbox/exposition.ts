import { METRIC_FAMILIES } from "./metric-families";

/** One line of the text format. */
export interface ExposedPoint {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** ms since the epoch; undefined for "now". */
  readonly time?: number;
}

/** The family that a series belongs to: `x` for the `x_bucket`, `x_sum` and `x_count` of a histogram. */
function familyOf(name: string): string {
  const base = name.replace(/_(?:bucket|sum|count)$/, "");
  return base !== name && METRIC_FAMILIES.get(base)?.type === "histogram" ? base : name;
}

const escaped = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return String(value);
}

/** Prometheus' text format: family by family, as it demands, with types and help where known. */
export function expositionText(points: Iterable<ExposedPoint>): string {
  const families = new Map<string, string[]>();
  for (const { name, labels, value, time } of points) {
    const family = familyOf(name);
    let lines = families.get(family);
    if (!lines) {
      lines = headerOf(family);
      families.set(family, lines);
    }
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    const selector = pairs.length > 0 ? `{${pairs.join(",")}}` : "";
    const stamp = time === undefined ? "" : ` ${time}`;
    lines.push(`${name}${selector} ${numberText(value)}${stamp}`);
  }
  return [...families.values()]
    .flat()
    .map((line) => `${line}\n`)
    .join("");
}

function headerOf(family: string): string[] {
  const known = METRIC_FAMILIES.get(family);
  if (!known) return [];
  const help = known.help ? [`# HELP ${family} ${known.help}`] : [];
  return [...help, `# TYPE ${family} ${known.type}`];
}
