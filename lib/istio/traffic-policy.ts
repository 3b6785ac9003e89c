import type { PortTrafficPolicy, TrafficPolicy } from "./destination-rule";

/** The four policies that hold for one port. */
export type EffectivePolicy = Omit<PortTrafficPolicy, "port">;

const FOUR = ["loadBalancer", "connectionPool", "outlierDetection", "tls"] as const;

/** `policy`'s entry for a port, if it has one. */
const portPolicy = (
  policy: TrafficPolicy | undefined,
  port: number,
): PortTrafficPolicy | undefined =>
  policy?.portLevelSettings?.find((entry) => entry.port?.number === port);

/**
 * What a DestinationRule's policy and that of one of its subsets come to for a port.
 *
 * An entry for the port replaces all four policies of its level, also those that it leaves out. A
 * subset's own policies override one by one; those of its port entry again replace all four.
 * Source: istiod's MergeSubsetTrafficPolicy.
 */
export function effectivePolicy(
  rule: TrafficPolicy | undefined,
  subset: TrafficPolicy | undefined,
  port: number,
): EffectivePolicy {
  const ofSubsetPort = portPolicy(subset, port);
  if (ofSubsetPort) return pick(ofSubsetPort);
  return { ...pick(portPolicy(rule, port) ?? rule), ...pick(subset) };
}

function pick(policy: TrafficPolicy | PortTrafficPolicy | undefined): EffectivePolicy {
  const entries = FOUR.map((field) => [field, policy?.[field]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
