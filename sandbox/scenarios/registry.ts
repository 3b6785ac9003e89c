import { UsageError } from "@/sandbox/options";
import { SCENARIOS } from "./catalog.gen";
import type { Scenario, ScenarioContent } from "./scenario";

/** `scale:SERVICES`: how a scenario is asked for. */
const usageOf = ({ name, parameter }: Scenario): string =>
  parameter === undefined ? name : `${name}:${parameter}`;

/**
 * What a scenario named as on the command line (`bookinfo`, `scale:5000`) consists of.
 * @throws UsageError for one that nobody wrote, or a parameter that it does not take
 */
export function scenarioContent(text: string, seed: number): ScenarioContent {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const parameter = colon < 0 ? undefined : text.slice(colon + 1);
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (!scenario) {
    const known = SCENARIOS.map(usageOf).join(", ");
    throw new UsageError(`--scenario is one of ${known}, not '${text}'`);
  }
  if (parameter !== undefined && scenario.parameter === undefined) {
    throw new UsageError(`--scenario ${name} takes no parameter, not '${text}'`);
  }
  return scenario.make({ seed, parameter });
}
