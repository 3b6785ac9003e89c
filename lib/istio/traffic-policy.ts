import type { PortTrafficPolicy, RetryBudget, TrafficPolicy } from "./destination-rule";

/** The policies that hold for one port: the four that it can have of its own, and the budget. */
export type EffectivePolicy = Omit<PortTrafficPolicy, "port"> & {
  readonly retryBudget?: RetryBudget;
};

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
 * subset's own policies override one by one; those of its port entry again replace all four. The
 * budget of retries is a policy of whole levels alone.
 * Source: istiod's MergeSubsetTrafficPolicy.
 */
export function effectivePolicy(
  rule: TrafficPolicy | undefined,
  subset: TrafficPolicy | undefined,
  port: number,
): EffectivePolicy {
  const ofPort = portPolicy(rule, port);
  const ofSubsetPort = portPolicy(subset, port);
  const base = { ...pick(ofPort ?? rule), ...(ofPort ? {} : budgetOf(rule)) };
  if (ofSubsetPort) return { ...pick(ofSubsetPort), ...budgetOf(base) };
  return { ...base, ...pick(subset), ...budgetOf(subset) };
}

const budgetOf = (policy: Pick<TrafficPolicy, "retryBudget"> | undefined) =>
  policy?.retryBudget ? { retryBudget: policy.retryBudget } : {};

function pick(policy: TrafficPolicy | PortTrafficPolicy | undefined): EffectivePolicy {
  const entries = FOUR.map((field) => [field, policy?.[field]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
