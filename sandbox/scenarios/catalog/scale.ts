import { UsageError } from "@/sandbox/options";
import { seededRandom } from "@/sandbox/random";
import { scaleObjects } from "../scale/scale-objects";
import { scaleTraffic } from "../scale/scale-traffic";
import { planServices } from "../scale/service-plan";
import type { Scenario } from "../scenario";

const MOST_SERVICES = 10_000;
/** From so many services on Prometheus scrapes as seldom as it does by its own default, in ms. */
const MANY_SERVICES = 500;
const SELDOM_MS = 15_000;

/** A mesh of any size, to see what the product does with it. */
export const scenario: Scenario = {
  name: "scale",
  summary: "A synthetic mesh of that many services, in teams, with hubs and heavy-tailed traffic.",
  parameter: "SERVICES",
  make({ seed, parameter }) {
    const services = countOf(parameter);
    const random = seededRandom(seed).fork("scale");
    const plan = planServices(services, random.fork("plan"));
    return {
      objects: scaleObjects(plan),
      traffic: scaleTraffic(plan, random.fork("traffic")),
      ...(services >= MANY_SERVICES ? { scrapeIntervalMs: SELDOM_MS } : {}),
    };
  },
};

function countOf(parameter: string | undefined): number {
  const count = Number(parameter);
  if (/^[1-9]\d*$/.test(parameter ?? "") && count <= MOST_SERVICES) return count;
  throw new UsageError(
    `--scenario scale:SERVICES takes a whole number from 1 to ${MOST_SERVICES}, not '${parameter ?? ""}'`,
  );
}
