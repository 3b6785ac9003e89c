import { filterChains } from "../listener-rows";
import { fieldAt, listField, numberField, textField, texts } from "../field";
import type { Passed, WalkedRequest } from "./request";

/** The filter chain that takes a connection, and why the others do not. */
export interface ChosenChain {
  readonly chain: unknown;
  readonly why: string;
  readonly passed: readonly Passed[];
}

/** One criterion: how well a chain's value fits; undefined where it does not fit at all. */
interface Criterion {
  readonly title: string;
  readonly values: (match: unknown) => readonly string[];
  /** Rank of one value, 0 being the worst that fits. */
  readonly rank: (value: string, request: WalkedRequest) => number | undefined;
}

/** What the listener filters find out about a connection. */
const transportOf = ({ protocol, arrives }: WalkedRequest): string =>
  arrives === "mtls" || protocol === "tls" ? "tls" : "raw_buffer";

/** Proxies of the mesh tell each other by ALPN that TLS is theirs, and what is inside. */
function protocolsOf({ protocol, arrives }: WalkedRequest): readonly string[] {
  if (arrives === "mtls") return protocol === "http" ? ["istio-http/1.1", "istio"] : ["istio"];
  return protocol === "http" ? ["http/1.1"] : [];
}

/** In Envoy's order; a chain that names none of a criterion is taken where none that does fits. */
const CRITERIA: readonly Criterion[] = [
  {
    title: "destination port",
    values: (match) => {
      const port = numberField(match, "destination_port");
      return port === undefined ? [] : [String(port)];
    },
    rank: (value, { port }) => (Number(value) === port ? 0 : undefined),
  },
  {
    title: "destination address",
    values: (match) =>
      listField(match, "prefix_ranges").map(
        (range) => `${textField(range, "address_prefix")}/${numberField(range, "prefix_len") ?? 0}`,
      ),
    rank: (value, { address }) =>
      value.endsWith("/0") ? 0 : address === undefined ? undefined : prefixRank(value, address),
  },
  {
    title: "server name",
    values: (match) => texts(listField(match, "server_names")),
    rank: (value, { protocol, host }) =>
      protocol === "tls" ? domainRank(value, host.toLowerCase()) : undefined,
  },
  {
    title: "transport",
    values: (match) => [textField(match, "transport_protocol")].filter(Boolean),
    rank: (value, request) => (value === transportOf(request) ? 0 : undefined),
  },
  {
    title: "application protocol",
    values: (match) => texts(listField(match, "application_protocols")),
    rank: (value, request) => (protocolsOf(request).includes(value) ? 0 : undefined),
  },
];

/**
 * Chooses among the filter chains of a listener as Envoy does: criterion by criterion, the most
 * specific value that fits wins, without coming back; the default chain takes what is left.
 */
export function chooseChain(listener: unknown, request: WalkedRequest): ChosenChain | undefined {
  const fallback = fieldAt(listener, "default_filter_chain");
  let left = filterChains(listener).filter((chain) => chain !== fallback);
  const passed: Passed[] = [];
  const reasons: string[] = [];
  for (const { title, values, rank } of CRITERIA) {
    const ranked = left.map((chain) => {
      const wanted = values(fieldAt(chain, "filter_chain_match"));
      const ranks = wanted.flatMap((value) => rank(value, request) ?? []);
      return { chain, wanted, rank: wanted.length === 0 ? -1 : Math.max(-2, ...ranks) };
    });
    const best = Math.max(...ranked.map((each) => each.rank));
    const fits = (each: { rank: number }): boolean => each.rank === best && best >= -1;
    for (const each of ranked.filter((other) => !fits(other))) {
      passed.push({ name: chainName(each.chain), why: reasonOf(title, each) });
    }
    left = ranked.filter(fits).map(({ chain }) => chain);
    if (best >= 0) reasons.push(title);
  }
  const [chain] = left;
  if (chain !== undefined) {
    const why = reasons.length > 0 ? `it matches by ${reasons.join(", ")}` : "it asks for nothing";
    return { chain, why, passed };
  }
  if (fallback === undefined) return undefined;
  return { chain: fallback, why: "no other chain matches: it is the default", passed };
}

const reasonOf = (
  title: string,
  { wanted, rank }: { readonly wanted: readonly string[]; readonly rank: number },
): string =>
  wanted.length === 0
    ? `another one names the ${title}`
    : rank < 0
      ? `its ${title} is ${wanted.join(", ")}`
      : `another ${title} is more specific`;

/** The name of a chain, or that it has none. */
export const chainName = (chain: unknown): string => textField(chain, "name") || "unnamed chain";

/** Exact names before wildcards, longer wildcards before shorter ones. */
function domainRank(pattern: string, host: string): number | undefined {
  if (pattern.toLowerCase() === host) return EXACT;
  const suffix = pattern.startsWith("*") ? pattern.slice(1).toLowerCase() : undefined;
  return suffix !== undefined && host.endsWith(suffix) ? suffix.length : undefined;
}

const EXACT = 10_000;
const BYTE = 256;

/** The length of a prefix that holds the address; IPv4, and IPv6 only as a whole. */
function prefixRank(range: string, address: string): number | undefined {
  const [prefix = "", length = ""] = range.split("/");
  const bits = Number(length);
  if (prefix === address) return bits;
  const [a, b] = [ipv4(prefix), ipv4(address)];
  if (a === undefined || b === undefined) return undefined;
  const size = 2 ** (32 - bits);
  return Math.floor(a / size) === Math.floor(b / size) ? bits : undefined;
}

function ipv4(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  const isValid = parts.length === 4 && parts.every((part) => part >= 0 && part < BYTE);
  return isValid ? parts.reduce((sum, part) => sum * BYTE + part, 0) : undefined;
}
