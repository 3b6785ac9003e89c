import { isRecord } from "@/lib/k8s/json-value";
import type { Field } from "@/lib/yaml/field";

/** Fields of a match that are maps: an empty one is the same as none. */
const MAPS: ReadonlySet<string> = new Set([
  "headers",
  "withoutHeaders",
  "queryParams",
  "sourceLabels",
]);

/** A text that two matches share exactly when protobuf writes them alike; their names aside. */
export function matchKey(match: Field, ignoresName: boolean): string {
  const fields = match
    .entries()
    .filter(([name, { value }]) => !(ignoresName && name === "name") && !isDefault(name, value));
  return stableText(Object.fromEntries(fields.map(([name, { value }]) => [name, value])));
}

function isDefault(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") {
    return true;
  }
  if (Array.isArray(value)) return value.length === 0;
  return MAPS.has(name) && isRecord(value) && Object.keys(value).length === 0;
}

/** JSON whose fields are in order. */
function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "null";
  const fields = Object.keys(value)
    .filter((name) => value[name] !== null)
    .sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${stableText(value[name])}`).join(",")}}`;
}

/** A match on a prefix of the path, with what else it asks for. */
export interface PrefixMatch {
  readonly match: Field;
  readonly routeLabel: string;
  readonly matchLabel: string;
  readonly prefix: string;
  readonly port: number;
  readonly texts: readonly string[];
  readonly maps: readonly ReadonlyMap<string, string>[];
}

/** The match as one on a prefix; undefined when it is on something else. */
export function prefixMatch(
  match: Field,
  labels: Pick<PrefixMatch, "routeLabel" | "matchLabel">,
): PrefixMatch | undefined {
  const prefix = match.at("uri", "prefix").text;
  if (prefix === undefined) return undefined;
  return {
    ...labels,
    match,
    prefix,
    port: match.at("port").number ?? 0,
    texts: [matchText(match.at("method")) || "exact:GET", matchText(match.at("authority"))],
    maps: ["headers", "queryParams", "withoutHeaders"].map(
      (field) =>
        new Map(
          match
            .at(field)
            .entries()
            .map(([name, value]) => [name, matchText(value)]),
        ),
    ),
  };
}

/** `exact:…` or `prefix:…`; empty for anything else. */
function matchText(match: Field): string {
  const kind = (["exact", "prefix"] as const).find((name) => match.at(name).text !== undefined);
  return kind === undefined ? "" : `${kind}:${match.at(kind).text ?? ""}`;
}

/** Pairs of matches on different prefixes of which the earlier one takes all of the later one's requests. */
export function overlapsOf(
  matches: readonly PrefixMatch[],
): readonly (readonly [PrefixMatch, PrefixMatch])[] {
  return matches.flatMap((earlier, index) =>
    matches
      .slice(index + 1)
      .filter((later) => later.prefix !== earlier.prefix && covers(earlier, later))
      .map((later) => [earlier, later] as const),
  );
}

/** Istiod compares what is matched as texts, the later one being a beginning of the earlier. */
function covers(earlier: PrefixMatch, later: PrefixMatch): boolean {
  return (
    later.prefix.startsWith(earlier.prefix) &&
    later.port === earlier.port &&
    earlier.texts.every((text, index) => text.startsWith(later.texts[index] ?? "")) &&
    earlier.maps.every((map, index) => coversMap(map, later.maps[index] ?? new Map()))
  );
}

const coversMap = (
  earlier: ReadonlyMap<string, string>,
  later: ReadonlyMap<string, string>,
): boolean =>
  earlier.size === later.size &&
  [...earlier].every(([name, text]) => {
    const other = later.get(name);
    return other !== undefined && text.startsWith(other);
  });
