import { Environment } from "@marcbachmann/cel-js";
import { matchesPattern } from "./pattern-match";
import { parseUrl, type UrlParts } from "./url";

/** A compiled CEL expression: evaluates over variables, throws what CEL calls an error. */
export type CelProgram = (variables: Readonly<Record<string, unknown>>) => unknown;

/** What `url()` makes of a text. */
class Url {
  constructor(readonly parts: UrlParts) {}
}

/** What `ip()` makes of a text. */
class Ip {
  constructor(
    readonly family: 4 | 6,
    readonly text: string,
  ) {}
}

/** A named format of texts, such as `format.dns1123Label()`. */
class NamedFormat {
  constructor(
    readonly pattern: RegExp,
    readonly longest: number,
  ) {}
}

/** Where the named formats are found: the variable `format`. */
class Formats {
  readonly kind = "formats";
}

const DNS_LABEL = new NamedFormat(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 63);
const DNS_SUBDOMAIN = new NamedFormat(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  253,
);

function url(text: string): Url {
  const parts = parseUrl(text);
  if ("problem" in parts) {
    throw new Error(`URL parse error during conversion from string: ${parts.problem}`);
  }
  return new Url(parts);
}

const attempt = (run: () => unknown): boolean => {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
};

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

function isIpv6(text: string): boolean {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return false;
  const groups = (part: string): string[] => (part ? part.split(":") : []);
  const all = [...groups(head), ...groups(tail ?? "")];
  const last = all.at(-1) ?? "";
  const embedded = IPV4.test(last);
  const plain = embedded ? all.slice(0, -1) : all;
  const size = plain.length + (embedded ? 2 : 0);
  return (
    plain.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) &&
    (tail === undefined ? size === 8 : size < 8)
  );
}

function ip(text: string): Ip {
  if (IPV4.test(text)) return new Ip(4, text);
  if (isIpv6(text)) return new Ip(6, text);
  throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
}

function isCidr(text: string): boolean {
  const [address = "", length = "", ...more] = text.split("/");
  if (more.length > 0 || !/^\d{1,3}$/.test(length) || !attempt(() => ip(address))) return false;
  return Number(length) <= (ip(address).family === 4 ? 32 : 128);
}

/** As CEL's `matches`: somewhere in the text, with RE2, which takes linear time. */
const re2 = (text: string, pattern: string): boolean => matchesPattern(pattern, text);

const sum = (list: readonly unknown[]): unknown =>
  list.some((item) => typeof item === "number")
    ? list.reduce<number>((total, item) => total + Number(item), 0)
    : list.reduce<bigint>((total, item) => total + BigInt(item as bigint), 0n);

/** Made when the first expression is compiled: it takes longer than many an analysis. */
const newEnvironment = () =>
  new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  })
    .registerType("kubernetes.URL", Url)
    .registerType("net.IP", Ip)
    .registerFunction("url(string): kubernetes.URL", url)
    .registerFunction("isURL(string): bool", (text: string) => attempt(() => url(text)))
    .registerFunction("kubernetes.URL.getScheme(): string", ({ parts }: Url) => parts.scheme)
    .registerFunction("kubernetes.URL.getHostname(): string", ({ parts }: Url) =>
      parts.host.replace(/^\[|\]$/g, ""),
    )
    .registerFunction(
      "kubernetes.URL.getHost(): string",
      ({ parts }: Url) => parts.host + (parts.port ? `:${parts.port}` : ""),
    )
    .registerFunction("kubernetes.URL.getPort(): string", ({ parts }: Url) => parts.port)
    .registerFunction("kubernetes.URL.getEscapedPath(): string", ({ parts }: Url) => parts.path)
    .registerFunction("ip(string): net.IP", ip)
    .registerFunction("isIP(string): bool", (text: string) => attempt(() => ip(text)))
    .registerFunction("net.IP.family(): int", ({ family }: Ip) => BigInt(family))
    .registerFunction("isCIDR(string): bool", isCidr)
    .registerFunction("string.re2matches(string): bool", re2)
    .registerFunction("list.sum(): dyn", sum)
    .registerType("kubernetes.NamedFormat", NamedFormat)
    .registerType("kubernetes.Formats", Formats)
    .registerConstant("format", "kubernetes.Formats", new Formats())
    .registerFunction("kubernetes.Formats.dns1123Label(): kubernetes.NamedFormat", () => DNS_LABEL)
    .registerFunction(
      "kubernetes.Formats.dns1123Subdomain(): kubernetes.NamedFormat",
      () => DNS_SUBDOMAIN,
    )
    .registerFunction(
      "kubernetes.NamedFormat.validate(string): dyn",
      ({ pattern, longest }: NamedFormat, text: string) =>
        pattern.test(text) && text.length <= longest ? null : ["is not of the format"],
    );

let known: ReturnType<typeof newEnvironment> | undefined;
const environment = () => (known ??= newEnvironment());

/** A text in quotes, of any of CEL's kinds, or a call of `matches`. */
const QUOTED_OR_MATCHES =
  /[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')|\.matches\s*\(/g;

/** The library's own `matches` runs on the engine of JavaScript, which differs and may take for ever. */
const onRe2 = (expression: string): string =>
  expression.replaceAll(QUOTED_OR_MATCHES, (found) =>
    found.startsWith(".") ? ".re2matches(" : found,
  );

/** `has(a[0].b)`: the library's macro knows names only, not indexes. */
const INDEXED_HAS = /\bhas\(([\w.]+\[\d+\](?:\.\w+|\[\d+\])*)\.(\w+)\)/g;
const withoutIndexedHas = (expression: string): string =>
  expression.replaceAll(INDEXED_HAS, '("$2" in $1)');

const programs = new Map<string, CelProgram>();

/** Compiles an expression in the environment of Kubernetes' validation rules. @throws when it is none */
export function celProgram(expression: string): CelProgram {
  let program = programs.get(expression);
  if (!program) {
    const parsed = environment().parse(withoutIndexedHas(onRe2(expression)));
    program = (variables) => parsed(variables) as unknown;
    programs.set(expression, program);
  }
  return program;
}

/** As in the Go library, which reads no longer ones. */
const LONGEST_EXPRESSION = 100_000;

/** Why a text is no CEL expression, whatever its names mean; undefined when it is one. */
export function celSyntaxProblem(expression: string): string | undefined {
  if (expression.length > LONGEST_EXPRESSION) {
    return `expression code point size exceeds limit: size: ${expression.length}, limit ${LONGEST_EXPRESSION}`;
  }
  try {
    environment().parse(withoutIndexedHas(onRe2(expression)));
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return "expression recursion limit exceeded";
    if (error instanceof Error) return error.message.split("\n")[0];
    throw error;
  }
}
