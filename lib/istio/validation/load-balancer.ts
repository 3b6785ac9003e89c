import type { Field } from "@/lib/yaml/field";
import { checkDuration, isReadable } from "./durations";
import type { Issues } from "./issue";
import { checkLocality, checkZoneAwareness } from "./locality";

/** Envoy's largest table, and the first that it refuses. */
const TOO_LARGE_TABLE = 5_000_011;

/** Checks `loadBalancer`. `detectsOutliers`: whether the policy has an `outlierDetection`. */
export function checkLoadBalancer(settings: Field, detectsOutliers: boolean, issues: Issues): void {
  if (!settings.exists) return;
  checkConsistentHash(settings.at("consistentHash"), issues);
  const locality = settings.at("localityLbSetting");
  const zones = settings.at("zoneAwareLbSetting");
  if (locality.exists && zones.exists) {
    issues.error(settings, "only one of localityLbSetting and zoneAwareLbSetting can be set");
  }
  checkLocality(locality, detectsOutliers, issues);
  checkZoneAwareness(zones, detectsOutliers, issues);
  checkWarmup(settings.at("warmup"), issues);
}

function checkConsistentHash(hash: Field, issues: Issues): void {
  if (!hash.exists) return;
  checkCookie(hash.at("httpCookie"), issues);
  const ringSize = hash.at("minimumRingSize");
  const maglev = hash.at("maglev");
  if (ringSizeOf(ringSize) !== 0) {
    issues.warn(
      ringSize,
      "consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead",
    );
    if (maglev.exists || hash.at("ringHash").exists) {
      issues.error(hash, "only one of MinimumRingSize or Maglev/Ringhash can be specified");
    }
  }
  if (!maglev.exists) return;
  const table = maglev.at("tableSize");
  const size = ringSizeOf(table);
  if (size === 0) issues.error(table, "tableSize must be set for maglev");
  if (size >= TOO_LARGE_TABLE) {
    issues.error(table, "tableSize must be less than 5000011 for maglev");
  }
  if (!isPrime(size)) issues.error(table, "tableSize must be a prime number for maglev");
}

/** Protobuf's 64-bit numbers may be written as texts. */
const ringSizeOf = (field: Field): number => field.number ?? (Number(field.text ?? 0) || 0);

/** As istiod sees it: 1 counts as a prime. */
function isPrime(number: number): boolean {
  if (number > 0 && number < 4) return true;
  if (number % 2 === 0) return false;
  // A table too large is refused anyway; to find its factors might take for ever.
  const limit = Math.sqrt(Math.min(number, TOO_LARGE_TABLE ** 2));
  for (let factor = 3; factor <= limit; factor += 2) if (number % factor === 0) return false;
  return true;
}

function checkCookie(cookie: Field, issues: Issues): void {
  if (!cookie.exists) return;
  if (cookie.at("name").text === undefined) issues.error(cookie, "name required for HttpCookie");
  isReadable(cookie.at("ttl"), issues);
  const seen = new Set<string>();
  for (const attribute of cookie.at("attributes").items()) {
    const name = attribute.at("name").text;
    if (name === undefined) issues.error(attribute, "cookie attribute name cannot be empty");
    else if (seen.has(name)) issues.error(attribute, `duplicate cookie attribute name: ${name}`);
    else seen.add(name);
  }
}

function checkWarmup(warmup: Field, issues: Issues): void {
  if (!warmup.exists) return;
  const duration = warmup.at("duration");
  if (duration.exists) checkDuration(duration, issues);
  else issues.error(warmup, "duration is required");
  const minimum = warmup.at("minimumPercent");
  if ((minimum.number ?? 0) > 100) {
    issues.error(minimum, "minimumPercent value should be less than or equal to 100");
  }
  const aggression = warmup.at("aggression");
  if (aggression.exists && (aggression.number ?? 0) <= 0) {
    issues.error(aggression, "aggression should be greater than 0");
  }
}
