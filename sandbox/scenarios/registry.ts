import { bookinfoObjects } from "./bookinfo-objects";
import { bookinfoTraffic } from "./bookinfo-traffic";
import type { Scenario } from "./scenario";

/** Every scenario that a sandbox can start with. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "bookinfo", objects: bookinfoObjects, traffic: bookinfoTraffic },
];

/** The scenario of a name; undefined for one that nobody wrote. */
export const scenarioNamed = (name: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.name === name);
