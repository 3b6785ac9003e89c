import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";

const TOPOLOGY: ReadonlySet<string> = new Set([
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.istio.io/subzone",
]);

/** Checks `localityLbSetting`. `detectsOutliers`: whether failover can ever happen. */
export function checkLocality(setting: Field, detectsOutliers: boolean, issues: Issues): void {
  if (!setting.exists) return;
  const distribute = setting.at("distribute");
  const failover = setting.at("failover");
  const isFailover = failover.items().length > 0;
  if (distribute.items().length > 0 && isFailover) {
    issues.error(setting, "can not simultaneously specify 'distribute' and 'failover'");
    return;
  }
  const topology = setting
    .at("failoverPriority")
    .items()
    .find(({ text = "" }) => TOPOLOGY.has(text));
  if (isFailover && topology) {
    issues.error(
      topology,
      `can not simultaneously set 'failover' and topology label '${topology.text ?? ""}' in 'failover_priority'`,
    );
    return;
  }
  if (!checkDistribution(distribute, issues)) return;
  warnWithoutOutliers(setting, detectsOutliers, issues);
  checkFailovers(failover, LOCALITY_WORDS, issues);
}

/** Checks `zoneAwareLbSetting`. */
export function checkZoneAwareness(setting: Field, detectsOutliers: boolean, issues: Issues): void {
  if (!setting.exists) return;
  for (const priority of setting.at("failoverPriority").items()) {
    if (!TOPOLOGY.has(priority.text ?? "")) continue;
    issues.error(
      priority,
      `'failover_priority' for zone aware lb must not use topology label '${priority.text ?? ""}'; region- and zone-level routing are handled automatically`,
    );
  }
  warnWithoutOutliers(setting, detectsOutliers, issues);
  checkFailovers(setting.at("failover"), ZONE_WORDS, issues);
}

function warnWithoutOutliers(setting: Field, detectsOutliers: boolean, issues: Issues): void {
  if (detectsOutliers) return;
  const lists = [setting.at("failover"), setting.at("failoverPriority")];
  if (lists.some((list) => list.items().length > 0)) {
    issues.warn(setting, "outlier detection policy must be provided for failover");
  }
}

/** False when istiod stops here. */
function checkDistribution(distribute: Field, issues: Issues): boolean {
  for (const item of distribute.items()) {
    const to = item.at("to");
    const shares = to.entries();
    const wrong = shares.find(([, { number = 0 }]) => number <= 0 || number > 100);
    if (wrong) {
      issues.error(wrong[1], "locality weight must be in range [1, 100]");
      return false;
    }
    const total = shares.reduce((sum, [, { number = 0 }]) => sum + number, 0);
    if (total !== 100) {
      issues.error(to, `total locality weight ${total} != 100`);
      return false;
    }
    issues.check(to, localitiesProblem(shares.map(([name]) => name)));
  }
  const sources = distribute.items().map((item) => item.at("from").text ?? "");
  issues.check(distribute, localitiesProblem(sources));
  return true;
}

const LOCALITY_WORDS = {
  same: "locality lb failover settings must specify different regions",
  parts: "locality lb failover only specify region",
  wildcard: "locality lb failover region should not contain '*' wildcard",
};

const ZONE_WORDS: typeof LOCALITY_WORDS = {
  same: "zone aware lb failover settings must specify different regions",
  parts:
    "zone aware lb failover only specifies region; zone and subzone failover are handled automatically",
  wildcard: "zone aware lb failover region should not contain '*' wildcard",
};

function checkFailovers(failover: Field, words: typeof LOCALITY_WORDS, issues: Issues): void {
  for (const item of failover.items()) {
    const from = item.at("from").text ?? "";
    const to = item.at("to").text ?? "";
    if (from === to) issues.error(item, words.same);
    if (`${from}${to}`.includes("/")) issues.error(item, words.parts);
    if (`${from}${to}`.includes("*")) issues.error(item, words.wildcard);
  }
}

/** What is wrong with a list of localities (`region/zone/subzone`, `*` at the end): the first fault. */
export function localitiesProblem(localities: readonly string[]): string | undefined {
  const seen: (readonly string[])[] = [];
  for (const locality of localities) {
    const stars = locality.split("*").length - 1;
    if (stars > 1 || (stars === 1 && !locality.endsWith("*"))) {
      return `locality ${locality} wildcard '*' number can not exceed 1 and must be in the end`;
    }
    const parts = partsOf(locality);
    if (seen.some(([region]) => region === "*")) return overlap(locality);
    if (parts.includes("")) {
      return `locality ${locality} must not contain empty region/zone/subzone info`;
    }
    if (seen.some((other) => overlaps(other, parts))) return overlap(locality);
    seen.push(parts);
  }
  return undefined;
}

const overlap = (locality: string): string =>
  `locality ${locality} overlap with previous specified ones`;

/** At most three: what follows the second slash is the subzone, slashes and all. */
function partsOf(locality: string): readonly string[] {
  const [region = "", zone, ...subzone] = locality.split("/");
  if (zone === undefined) return [region];
  return subzone.length === 0 ? [region, zone] : [region, zone, subzone.join("/")];
}

/** Whether one stands for all that the other does, or the same name is given twice. */
function overlaps(earlier: readonly string[], later: readonly string[]): boolean {
  // A region alone is all of it, whatever came before; so is a zone alone.
  const shared = Math.min(earlier.length, later.length);
  for (let index = 0; index < shared; index++) {
    if (earlier[index] === "*" && index > 0) return true;
    if (earlier[index] !== later[index]) return false;
  }
  return true;
}
