import type { Field } from "@/lib/yaml/field";
import type { IstioConfig } from "./config";
import { currentFilterName } from "./deprecated-filters";
import { checkPatchValue } from "./envoy-patch";
import type { Issues } from "./issue";
import { byteLength, quoted } from "./names";
import { checkWorkloadSelector } from "./selectors";
import { regexProblem } from "./string-match";

const CAUTION =
  "EnvoyFilter exposes internal implementation details that may change at any time. Prefer other APIs if possible, and exercise extreme caution, especially around upgrades.";

/** Checks an EnvoyFilter, and its patches against Envoy's own messages. */
export function checkEnvoyFilter({ spec }: IstioConfig, issues: Issues): void {
  // A selector that cannot be is all that istiod tells.
  if (!checkWorkloadSelector(spec.at("workloadSelector"), "Envoy filter", issues)) return;
  issues.warn(spec, CAUTION);
  for (const patch of spec.at("configPatches").items()) checkConfigPatch(patch, issues);
}

/** Istiod looks no further at a patch after the first of these faults. */
function checkConfigPatch(config: Field, issues: Issues): void {
  const fail = (at: Field, message: string) => {
    issues.error(at, `Envoy filter: ${message}`);
  };
  if (!config.exists) {
    fail(config, "null config patch");
    return;
  }
  const match = config.at("match");
  if (match.at("context").text === "WAYPOINT") return;
  const applyTo = enumName(config.at("applyTo"));
  const patch = config.at("patch");
  const operation = enumName(patch.at("operation"));
  if (applyTo === "INVALID") fail(config.at("applyTo"), "missing applyTo");
  else if (!patch.exists) fail(patch, "missing patch");
  else if (operation === "INVALID") fail(patch.at("operation"), "missing patch operation");
  else if (operation !== "REMOVE" && !patch.at("value").exists) {
    fail(patch.at("value"), "missing patch value for non-remove operation");
  } else if (checkProxyVersion(match.at("proxy", "proxyVersion"), issues)) {
    const before = issues.found.length;
    checkObjectMatch(match, applyTo, issues);
    const isRefused = issues.found.slice(before).some(({ level }) => level === "Error");
    // Of listeners' parts istiod looks no further; of routes and clusters it does.
    if (!isRefused || !LISTENER_CLASS.has(applyTo))
      checkPatchValue(patch.at("value"), applyTo, issues);
  }
}

/** Where no schema was asked, a number stands for one of the names. */
const enumName = ({ text, number = 0 }: Field): string =>
  text ?? (number === 0 ? "INVALID" : String(number));

const LONGEST_VERSION = 1024;

/** False when istiod looks no further. */
function checkProxyVersion(version: Field, issues: Issues): boolean {
  const { text } = version;
  if (text === undefined) return true;
  if (byteLength(text) > LONGEST_VERSION) {
    issues.warn(
      version,
      `Envoy filter: proxyVersion match exceeds ${LONGEST_VERSION} characters and will be ignored`,
    );
    return true;
  }
  const problem = regexProblem(text);
  if (problem === undefined) return true;
  issues.error(version, `Envoy filter: invalid regex for proxy version, [${problem}]`);
  return false;
}

const LISTENER_CLASS: ReadonlySet<string> = new Set([
  "LISTENER",
  "FILTER_CHAIN",
  "NETWORK_FILTER",
  "HTTP_FILTER",
]);
const ROUTE_CLASS: ReadonlySet<string> = new Set([
  "ROUTE_CONFIGURATION",
  "VIRTUAL_HOST",
  "HTTP_ROUTE",
]);

/** The kinds of objects that a match may be about. */
const OBJECT_TYPES = ["listener", "routeConfiguration", "cluster", "waypoint"];

function checkObjectMatch(match: Field, applyTo: string, issues: Issues): void {
  if (!OBJECT_TYPES.some((type) => match.at(type).exists)) return;
  const needs = (type: string, words: string): boolean => {
    if (match.at(type).exists) return true;
    issues.error(match, `Envoy filter: applyTo for ${words}`);
    return false;
  };
  if (LISTENER_CLASS.has(applyTo)) {
    if (needs("listener", "listener class objects cannot have non listener match")) {
      checkFilterMatch(match.at("listener", "filterChain", "filter"), applyTo, issues);
    }
  } else if (ROUTE_CLASS.has(applyTo)) {
    needs(
      "routeConfiguration",
      "http route class objects cannot have non route configuration match",
    );
  } else if (applyTo === "CLUSTER") {
    needs("cluster", "cluster class objects cannot have non cluster match");
  }
}

const CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager";

function checkFilterMatch(filter: Field, applyTo: string, issues: Issues): void {
  if (!filter.exists) return;
  const fail = (message: string) => {
    issues.error(filter, `Envoy filter: ${message}`);
  };
  if (applyTo === "LISTENER" || applyTo === "FILTER_CHAIN") {
    issues.warn(filter, `Envoy filter: filter match has no effect when used with ${applyTo}`);
  }
  const name = filter.at("name").text;
  const inner = filter.at("subFilter");
  if (name === undefined) {
    fail("filter match has no name to match on");
    return;
  }
  if (inner.exists) {
    if (applyTo !== "HTTP_FILTER") {
      fail("subfilter match can be used with applyTo HTTP_FILTER only");
      return;
    }
    if (name !== CONNECTION_MANAGER && name !== "envoy.http_connection_manager") {
      fail(`subfilter match requires filter match with ${CONNECTION_MANAGER}`);
      return;
    }
    if (inner.at("name").text === undefined) {
      fail("subfilter match has no name to match on");
      return;
    }
  }
  for (const named of [filter.at("name"), inner.at("name")]) {
    const current = currentFilterName(named.text ?? "");
    if (current === undefined) continue;
    issues.warn(
      named,
      `using deprecated filter name ${quoted(named.text ?? "")}; use ${quoted(current)} instead`,
    );
  }
}
