import type { KubeObject } from "@/lib/k8s/object";
import type { TrafficModel } from "@/sandbox/traffic/traffic-model";

/** A cluster to begin with: what is in it, and who asks whom. */
export interface ScenarioContent {
  /** In the order in which they are created. */
  readonly objects: readonly KubeObject[];
  readonly traffic: TrafficModel;
  /** How often Prometheus scrapes each target, in ms; undefined for the sandbox's usual. */
  readonly scrapeIntervalMs?: number;
}

/** What a scenario is made from. */
export interface ScenarioChoice {
  /** Same seed, same content. */
  readonly seed: number;
  /** What followed the name and a colon: `5000` of `scale:5000`; undefined for nothing. */
  readonly parameter: string | undefined;
}

/** A scenario as its file in `catalog/` describes it, called like the file. */
export interface Scenario {
  readonly name: string;
  /** One sentence: what one meets there. */
  readonly summary: string;
  /** What the parameter is, as usage names it: `SERVICES`; undefined where there is none. */
  readonly parameter: string | undefined;
  /** @throws UsageError for a parameter that makes no sense */
  make(choice: ScenarioChoice): ScenarioContent;
}
