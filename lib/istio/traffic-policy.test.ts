import { expect, test } from "vitest";
import { effectivePolicy } from "./traffic-policy";

const simple = { tls: { mode: "SIMPLE" } };
const roundRobin = { loadBalancer: { simple: "ROUND_ROBIN" } };

test.each([
  ["the rule's policy goes for any port", simple, undefined, simple],
  [
    "a port entry replaces all four, so the rule's tls is lost",
    { ...simple, portLevelSettings: [{ port: { number: 80 }, ...roundRobin }] },
    undefined,
    roundRobin,
  ],
  [
    "an entry of another port does not count",
    { ...simple, portLevelSettings: [{ port: { number: 81 }, ...roundRobin }] },
    undefined,
    simple,
  ],
  ["a subset overrides field by field", simple, roundRobin, { ...simple, ...roundRobin }],
  [
    "a subset's port entry replaces all four",
    simple,
    { portLevelSettings: [{ port: { number: 80 }, ...roundRobin }] },
    roundRobin,
  ],
  [
    "a budget of retries is of whole levels: a port entry has none, a subset's goes before the rule's",
    { retryBudget: { minRetryConcurrency: 1 } },
    { retryBudget: { minRetryConcurrency: 2 }, ...roundRobin },
    { retryBudget: { minRetryConcurrency: 2 }, ...roundRobin },
  ],
  [
    "a budget of retries stays beside a subset's port entry",
    { ...simple, retryBudget: {} },
    { portLevelSettings: [{ port: { number: 80 }, ...roundRobin }] },
    { ...roundRobin, retryBudget: {} },
  ],
  [
    "a port entry of the rule loses its budget of retries",
    { retryBudget: {}, portLevelSettings: [{ port: { number: 80 }, ...roundRobin }] },
    undefined,
    roundRobin,
  ],
  ["nothing is nothing", undefined, undefined, {}],
])("%s", (_, rule, subset, expected) =>
  expect(effectivePolicy(rule, subset, 80)).toEqual(expected),
);
