import { isRecord } from "@/lib/k8s/json-value";
import { parseYaml } from "@/lib/yaml/parse";
import { isIpAddress } from "./host";

/** What is wrong with an annotation's value, in the injector's words; undefined when nothing is. */
export type AnnotationCheck = (value: string) => string | undefined;

/** How the sidecar injector reads its annotations. Source: istio pkg/kube/inject, AnnotationValidation. */
export const ANNOTATION_CHECKS: ReadonlyMap<string, AnnotationCheck> = new Map([
  ["sidecar.istio.io/interceptionMode", interceptionMode],
  ["status.sidecar.istio.io/port", (value) => prefixed("excludeInboundPorts", portFault(value))],
  ["readiness.status.sidecar.istio.io/initialDelaySeconds", uint32],
  ["readiness.status.sidecar.istio.io/periodSeconds", uint32],
  ["readiness.status.sidecar.istio.io/failureThreshold", uint32],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", ranges("includeIPRanges", true)],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", ranges("excludeIPRanges", false)],
  ["traffic.sidecar.istio.io/includeInboundPorts", ports("includeInboundPorts", true)],
  ["traffic.sidecar.istio.io/excludeInboundPorts", ports("excludeInboundPorts", false)],
  ["traffic.sidecar.istio.io/excludeOutboundPorts", ports("excludeOutboundPorts", false)],
  ["traffic.sidecar.istio.io/excludeInterfaces", interfaces],
  ["traffic.sidecar.istio.io/kubevirtInterfaces", interfaces],
  ["istio.io/reroute-virtual-interfaces", interfaces],
  ["prometheus.istio.io/merge-metrics", bool],
  ["proxy.istio.io/config", proxyConfig],
  ["sidecar.istio.io/proxyCPU", quantity],
  ["sidecar.istio.io/proxyMemory", quantity],
  ["sidecar.istio.io/proxyCPULimit", quantity],
  ["sidecar.istio.io/proxyMemoryLimit", quantity],
]);

const prefixed = (name: string, fault: string | undefined): string | undefined =>
  fault && `${name} invalid: ${fault}`;

function interceptionMode(mode: string): string | undefined {
  if (["REDIRECT", "TPROXY", "NONE"].includes(mode)) return undefined;
  return `interceptionMode invalid, use REDIRECT,TPROXY,NONE: ${mode}`;
}

/** Go's error for a text that is no unsigned number below `limit`. */
function uintFault(text: string, limit: bigint): string | undefined {
  const words = `strconv.ParseUint: parsing ${JSON.stringify(text)}: `;
  if (!/^\d+$/.test(text)) return `${words}invalid syntax`;
  return BigInt(text) < limit ? undefined : `${words}value out of range`;
}

function uint32(value: string): string | undefined {
  return uintFault(value, 1n << 32n);
}

function portFault(value: string): string | undefined {
  const fault = uintFault(value.trim(), 1n << 16n);
  return fault && `failed parsing port '${value}': ${fault}`;
}

function ports(name: string, star: boolean): AnnotationCheck {
  return (value) => {
    const list = value.trim();
    if (list === "" || (star && value === "*")) return undefined;
    for (const port of list.split(",")) {
      const fault = portFault(port);
      if (fault) return `${name} invalid: failed parsing port '${port}': ${fault}`;
    }
    return undefined;
  };
}

function ranges(name: string, star: boolean): AnnotationCheck {
  return (value) => {
    if (value === "" || (star && value === "*")) return undefined;
    for (const cidr of value.split(",")) {
      const fault = prefixFault(cidr);
      if (fault) return `${name} invalid: failed parsing cidr '${cidr}': ${fault}`;
    }
    return undefined;
  };
}

/** Go's netip.ParsePrefix. */
function prefixFault(text: string): string | undefined {
  const fail = (why: string): string => `netip.ParsePrefix(${JSON.stringify(text)}): ${why}`;
  const slash = text.lastIndexOf("/");
  if (slash < 0) return fail("no '/'");
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  if (!isIpAddress(address)) return fail(addressFault(address));
  if (!/^(0|[1-9]\d*)$/.test(bits)) return fail(`bad bits after slash: ${JSON.stringify(bits)}`);
  if (Number(bits) > (address.includes(":") ? 128 : 32)) return fail("prefix length out of range");
  return undefined;
}

/** Go's netip.ParseAddr on what is no address. */
function addressFault(address: string): string {
  const quoted = JSON.stringify(address);
  if (!address.includes(".")) return `ParseAddr(${quoted}): unable to parse IP`;
  const parts = address.split(".");
  const bad = parts.find((part) => !/^\d+$/.test(part));
  if (bad !== undefined) {
    const at = address.search(/[^\d.]/);
    if (at >= 0) {
      const rest = JSON.stringify(address.slice(at));
      return `ParseAddr(${quoted}): unexpected character (at ${rest})`;
    }
  }
  if (parts.some((part) => Number(part) > 255)) {
    return `ParseAddr(${quoted}): IPv4 field has value >255`;
  }
  return `ParseAddr(${quoted}): IPv4 address too ${parts.length < 4 ? "short" : "long"}`;
}

function interfaces(value: string): string | undefined {
  if (value === "") return undefined;
  for (const name of value.split(",").map((part) => part.trim())) {
    if (name === "") return "empty interface name";
    const quoted = JSON.stringify(name);
    if (name.length > 15) return `interface name ${quoted} too long (max 15 chars)`;
    if (!/^[a-zA-Z][a-zA-Z0-9_.-]*$/.test(name)) {
      return `interface name ${quoted} contains invalid characters`;
    }
  }
  return undefined;
}

const BOOLS: ReadonlySet<string> = new Set(
  "1 t T TRUE true True 0 f F FALSE false False".split(" "),
);

function bool(value: string): string | undefined {
  if (BOOLS.has(value)) return undefined;
  return `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
}

const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

function quantity(value: string): string | undefined {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) return "value contains control characters";
  if (QUANTITY.test(value)) return undefined;
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
}

/** Common faults in the words of Go's YAML. */
function inGo(problem: string): string {
  const [, close] = /^Flow \w+ in block collection .* end with a (\S)\.?$/.exec(problem) ?? [];
  return close === undefined ? problem : `did not find expected ',' or '${close}'`;
}

/** Only what cannot be read at all: what a ProxyConfig means is for its own schema. */
function proxyConfig(value: string): string | undefined {
  const parsed = parseYaml(value);
  const [problem] = parsed.problems;
  const root: unknown = parsed.documents[0]?.value;
  if (!problem && (root === undefined || root === null || isRecord(root))) {
    return undefined;
  }
  const why = problem
    ? `yaml: line ${problem.range.line}: ${inGo(problem.message)}`
    : `json: cannot unmarshal ${goTypeOf(root)} into Go value of type map[string]json.RawMessage`;
  return `failed to convert to apply proxy config: ${why}`;
}

const goTypeOf = (value: unknown): string =>
  typeof value === "boolean" ? "bool" : Array.isArray(value) ? "array" : typeof value;
