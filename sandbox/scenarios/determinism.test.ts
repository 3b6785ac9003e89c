import { expect, test } from "vitest";
import { emptyCluster } from "@/sandbox/api/cluster-state";
import { manualClock } from "@/sandbox/clock";
import { startControlPlane } from "@/sandbox/control-plane/start-control-plane";
import { seededRandom } from "@/sandbox/random";
import { startTraffic } from "@/sandbox/traffic/start-traffic";
import { startWorkloads } from "@/sandbox/workloads/start-workloads";
import { SCENARIOS } from "./catalog.gen";
import { scenarioContent } from "./registry";

const SECONDS = 3;

/** All that the proxies and istiod expose after some seconds of virtual time, as text. */
function telemetryOf(scenario: string, seed: number): string {
  const clock = manualClock();
  const identities = seededRandom(seed).fork("identities");
  const { store, network, logs } = emptyCluster(clock, () => identities.next());
  const { objects, traffic: model } = scenarioContent(scenario, seed);
  for (const object of objects) store.create(object);
  startWorkloads(store, clock).settle();
  const controlPlane = startControlPlane({ store, clock, network, seed, trafficStats: undefined });
  const { distribution } = controlPlane;
  const traffic = startTraffic({ store, clock, seed, distribution, logs, model });
  for (let second = 0; second < SECONDS; second += 1) clock.advance(1000);
  const sources = [...controlPlane.metricSources(), ...traffic.metricSources()];
  const text = JSON.stringify(sources.map((source) => [...(source.collect() ?? [])]));
  traffic.stop();
  controlPlane.stop();
  return text;
}

const names = SCENARIOS.map(({ name, parameter }) => (parameter ? `${name}:40` : name));

test.each(names)("%s gives byte-identical telemetry for the same seed and time", (name) => {
  const once = telemetryOf(name, 7);
  expect(telemetryOf(name, 7)).toBe(once);
  expect(once.length).toBeGreaterThan(100);
});
