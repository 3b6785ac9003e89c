const LABEL = "[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?";
const QUALIFIED = "(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const LABEL_PATTERN = new RegExp(`^${LABEL}$`);
const WILDCARD_LABEL = new RegExp(String.raw`^(?:\*|(?:\*|\*-)?${LABEL})$`);
const TAG_KEY = new RegExp(String.raw`^(${LABEL}(?:\.${LABEL})*/)?(${QUALIFIED})$`);
const TAG_VALUE = new RegExp(`^(?:${QUALIFIED})?$`);

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
const LONGEST_KEY_PREFIX = 253;

/** A text in Go's quotes, as `%q` prints it. */
export const quoted = (text: string): string => JSON.stringify(text);

/** How many bytes a text has in UTF-8: what Go's `len` counts. */
export function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** A label as istiod takes it: unlike Kubernetes, in capitals too. */
export const isLabel = (text: string): boolean =>
  text.length <= LONGEST_LABEL && LABEL_PATTERN.test(text);

/** What is wrong with a domain name; undefined for a good one. */
export const domainProblem = (name: string): string | undefined =>
  lengthProblem(name) ?? labelsProblem(name);

/** What is wrong with a domain name that may begin with a wildcard: `*`, `*.x`, `*-x.y`. */
export function wildcardDomainProblem(name: string): string | undefined {
  const problem = lengthProblem(name);
  if (problem !== undefined) return problem;
  const [first, rest] = cut(name, ".");
  if (first.length > LONGEST_LABEL || !WILDCARD_LABEL.test(first)) {
    return `domain name ${quoted(name)} invalid (label ${quoted(first)} invalid)`;
  }
  return rest === undefined ? undefined : labelsProblem(rest);
}

/** A text before and after the first separator; the second is undefined when there is none. */
export function cut(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

function lengthProblem(name: string): string | undefined {
  if (byteLength(name) > LONGEST_NAME) return `domain name ${quoted(name)} too long (max 255)`;
  return name === "" ? "empty domain name not allowed" : undefined;
}

function labelsProblem(name: string): string | undefined {
  const labels = name.split(".");
  const top = labels.at(-1) ?? "";
  if (/^[+-]?\d+$/.test(top) && Number.isSafeInteger(Number(top))) {
    return `domain name ${quoted(name)} invalid (top level domain ${quoted(top)} cannot be all-numeric)`;
  }
  const wrong = labels.find(
    (label, index) => !isLabel(label) && !(label === "" && index === labels.length - 1),
  );
  return wrong === undefined
    ? undefined
    : `domain name ${quoted(name)} invalid (label ${quoted(wrong)} invalid)`;
}

/** What is wrong with a host whose wildcard stands for a part of a label. */
export const partialWildcardProblem = (host: string): string | undefined =>
  host.includes("*") && host !== "*" && !host.startsWith("*.")
    ? `partial wildcard ${quoted(host)} not allowed`
    : undefined;

/** What is wrong with a mesh's trust domain. */
export function trustDomainProblem(name: string): string | undefined {
  if (name === "") return "empty domain name not allowed";
  const labels = name.split(".");
  const fine = labels.every(
    (label, index) => isLabel(label) || (label === "" && index === labels.length - 1),
  );
  return fine ? undefined : `trust domain name ${quoted(name)} invalid`;
}

/** What is wrong with the name of a port. */
export const portNameProblem = (name: string): string | undefined =>
  isLabel(name) ? undefined : `invalid port name: ${name}`;

/** What is wrong with labels of a workload: both halves of each, as often as they are wrong. */
export function labelProblems(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...keyProblem(key),
    ...(TAG_VALUE.test(value) ? [] : [`invalid tag value: ${quoted(value)}`]),
  ]);
}

function keyProblem(key: string): readonly string[] {
  const match = TAG_KEY.exec(key);
  if (!match) return [`invalid tag key: ${quoted(key)}`];
  const [, prefix = "", name = ""] = match;
  if (prefix.length - 1 > LONGEST_KEY_PREFIX) {
    return [`invalid tag key: ${quoted(key)} (DNS prefix is too long)`];
  }
  return name.length > LONGEST_LABEL ? [`invalid tag key: ${quoted(key)} (name is too long)`] : [];
}
