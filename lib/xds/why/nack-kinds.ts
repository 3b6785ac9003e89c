import type { KindId } from "@/lib/istio/kinds";

/** Why Envoy refuses: the reasons that its words tell apart. */
export type NackCode =
  | "lua-script"
  | "cluster-type"
  | "rate-limit-interval"
  | "duplicate-domain"
  | "bad-regex"
  | "malformed-address"
  | "wasm-module"
  | "port-taken"
  | "bad-certificate"
  | "unknown-extension"
  | "unknown-cluster"
  | "same-filter-chains"
  | "filter-order"
  | "bad-jwks"
  | "invalid-value"
  | "other-refusal";

/** One reason with what it means. */
export interface NackKind {
  readonly code: NackCode;
  readonly pattern: RegExp;
  /** Follows "Listeners refused: ". */
  readonly title: string;
  /** The first thing to do. */
  readonly next: string;
  /** Kinds whose objects bring this about, the likeliest first. */
  readonly kinds: readonly KindId[];
}

/** In the order in which they are tried: the first whose pattern is found in Envoy's words. */
const NACK_KINDS: readonly NackKind[] = [
  {
    code: "lua-script",
    pattern: /script load error/,
    title: "a Lua script does not load",
    next: "Mend the script at the line that Envoy names, or remove the patch.",
    kinds: ["EnvoyFilter"],
  },
  {
    code: "cluster-type",
    pattern: /eds_cluster_config set in a non-EDS cluster|cluster type .* may not be used/,
    title: "a patch changes a cluster's type and leaves its endpoint discovery",
    next: "Patch the load balancing or the endpoints, not the type of a cluster that istiod discovers.",
    kinds: ["EnvoyFilter"],
  },
  {
    code: "rate-limit-interval",
    pattern: /local rate limit token bucket fill timer/,
    title: "a local rate limit fills its bucket too often",
    next: "Set fill_interval to 50 ms or more.",
    kinds: ["EnvoyFilter"],
  },
  {
    code: "duplicate-domain",
    pattern: /Only unique values for domains are permitted/,
    title: "two virtual hosts claim one domain",
    next: "Leave the host to one object, or take the alias out of the other.",
    kinds: ["VirtualService", "ServiceEntry", "EnvoyFilter"],
  },
  {
    code: "bad-regex",
    pattern:
      /missing \)|missing \]|missing closing|no argument for repetition operator|missing argument to repetition|bad repetition operator|invalid (?:escape sequence|character class|perl operator|repetition size|named capture)|invalid regex|RE2 program size/i,
    title: "a regular expression is none that RE2 reads",
    next: "Write the expression in RE2's syntax, which knows no look-around and no back references.",
    kinds: ["VirtualService", "EnvoyFilter"],
  },
  {
    code: "malformed-address",
    pattern: /malformed IP address/i,
    title: "an endpoint's address is no IP address",
    next: "Give the address as an IP address, or let the ServiceEntry resolve names (resolution: DNS).",
    kinds: ["WorkloadEntry", "ServiceEntry", "EnvoyFilter"],
  },
  {
    code: "wasm-module",
    pattern: /\bwasm\b/i,
    title: "a Wasm module does not load",
    next: "Check the module's URL, its checksum and its ABI; failStrategy decides what happens meanwhile.",
    kinds: ["WasmPlugin", "EnvoyFilter"],
  },
  {
    code: "port-taken",
    pattern: /cannot bind|Address already in use|Permission denied/i,
    title: "the listener's port cannot be opened",
    next: "Choose a port that no other process of the pod holds; ports below 1024 need the capability.",
    kinds: ["Gateway", "Sidecar", "EnvoyFilter"],
  },
  {
    code: "bad-certificate",
    pattern:
      /Failed to load (?:certificate|private key|trusted CA|incomplete)|KEY_VALUES_MISMATCH|Failed to initialize TLS|Invalid TLS context/i,
    title: "a certificate or its key cannot be used",
    next: "Check that the Secret holds a certificate with the key that belongs to it.",
    kinds: ["Gateway", "DestinationRule", "EnvoyFilter"],
  },
  {
    code: "unknown-extension",
    pattern:
      /Didn't find a registered implementation|could not find @type|Unable to parse JSON as proto|unknown fields|no such field|Unable to unpack as/i,
    title: "this Envoy does not know the extension or field",
    next: "Compare the proxy's release with the one that the patch was written for.",
    kinds: ["EnvoyFilter", "WasmPlugin"],
  },
  {
    code: "unknown-cluster",
    pattern: /unknown (?:weighted )?cluster/i,
    title: "a route leads to a cluster that the proxy does not have",
    next: "Check that the host and subset exist and are exported to the proxy's namespace.",
    kinds: ["VirtualService", "EnvoyFilter"],
  },
  {
    code: "same-filter-chains",
    pattern: /filter chain.*same matching rules|multiple filter chains.*matching/i,
    title: "two servers of one port match the same names",
    next: "Give each server of the port hosts of its own.",
    kinds: ["Gateway", "VirtualService", "EnvoyFilter"],
  },
  {
    code: "filter-order",
    pattern: /terminal filter/i,
    title: "a filter stands in the wrong place of its chain",
    next: "Insert the filter before the last one (INSERT_BEFORE envoy.filters.http.router).",
    kinds: ["EnvoyFilter", "WasmPlugin"],
  },
  {
    code: "bad-jwks",
    pattern: /jwks/i,
    title: "the keys of a token issuer cannot be read",
    next: "Check jwksUri, or the keys in jwks.",
    kinds: ["RequestAuthentication", "EnvoyFilter"],
  },
  {
    code: "invalid-value",
    pattern: /Proto constraint validation failed|ValidationError|goo\.gle\/debug/,
    title: "a field holds a value that Envoy does not allow",
    next: "Look for the field in the objects that shape this resource; patches come first.",
    kinds: ["EnvoyFilter", "DestinationRule", "VirtualService"],
  },
];

/** What is said where no pattern fits. */
const OTHER_REFUSAL: NackKind = {
  code: "other-refusal",
  pattern: /(?:)/,
  title: "for a reason of Envoy's own",
  next: "Read Envoy's words, and look at what changed last.",
  kinds: ["EnvoyFilter"],
};

/** What the words of a NACK mean. */
export const nackKind = (text: string): NackKind =>
  NACK_KINDS.find(({ pattern }) => pattern.test(text)) ?? OTHER_REFUSAL;
