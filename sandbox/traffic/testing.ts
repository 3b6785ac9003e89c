import type { KubeObject } from "@/lib/k8s/object";
import { emptyCluster } from "@/sandbox/api/cluster-state";
import { manualClock } from "@/sandbox/clock";
import type { MeshView } from "@/lib/mesh/view";
import type { MetricPoint } from "@/sandbox/contracts";
import { plainPoints } from "@/sandbox/plain-points";
import { seededRandom } from "@/sandbox/random";
import { bookinfoObjects } from "@/sandbox/scenarios/bookinfo-objects";
import { bookinfoTraffic } from "@/sandbox/scenarios/bookinfo-traffic";
import { startWorkloads } from "@/sandbox/workloads/start-workloads";
import { startTraffic } from "./start-traffic";
import type { TrafficModel } from "./traffic-model";

type Labels = Readonly<Record<string, string>>;

/** The book shop with its traffic on a clock of its own; proxies know every change at once. */
export const bookinfoInTest = (seed = 1, model: TrafficModel = bookinfoTraffic) =>
  meshInTest(bookinfoObjects, model, seed);

/** The same with the objects and the traffic of another scenario. */
export function meshInTest(objects: readonly KubeObject[], model: TrafficModel, seed = 1) {
  const clock = manualClock();
  const random = seededRandom(seed);
  const { store } = emptyCluster(clock, () => random.next());
  for (const name of ["default", "kube-system"]) {
    store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  for (const object of objects) store.create(object);
  const workloads = startWorkloads(store, clock);
  workloads.settle();
  const lines: string[] = [];
  /** A view here is what all proxies stay at; without one they know every change at once. */
  const frozen: { view: MeshView | undefined } = { view: undefined };
  const traffic = startTraffic({
    store,
    clock,
    seed,
    distribution: { meshOf: () => frozen.view ?? store.view() },
    logs: { append: (_pod, line) => lines.push(line) },
    model,
  });
  const points = (): readonly MetricPoint[] =>
    traffic.metricSources().flatMap((source) => [...plainPoints(source.collect() ?? [])]);
  /** The sum of a metric over all series that have these labels. */
  const total = (name: string, labels: Labels = {}): number =>
    points()
      .filter((point) => point.name === name)
      .filter((point) =>
        Object.entries(labels).every(([key, value]) => point.labels[key] === value),
      )
      .reduce((sum, { value }) => sum + value, 0);
  /** Requests of these labels within the next `ms`. */
  const requestsWithin = (ms: number, labels: Labels): number => {
    const before = total("istio_requests_total", labels);
    // Second by second: a clock that leaps drops ticks, as it should after a machine slept.
    for (let left = ms; left > 0; left -= 1000) clock.advance(Math.min(left, 1000));
    return total("istio_requests_total", labels) - before;
  };
  /** Replaces the spec of an object, or other fields of it. */
  const change = (
    kind: Parameters<typeof store.get>[0],
    name: string,
    fields: (object: KubeObject) => Partial<KubeObject>,
  ): void => {
    const object = store.get(kind, "bookinfo", name);
    if (!object) throw new Error(`no ${kind} ${name}`);
    store.update({ ...object, ...fields(object) });
  };
  return { frozen, clock, store, traffic, workloads, lines, points, total, requestsWithin, change };
}
