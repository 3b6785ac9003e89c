import type { ExposedMetric, MetricSource } from "../contracts";
import type { SlicePart } from "./scrape-rounds";
import type { LabelSet } from "./series";
import type {
  MetricDescription,
  SliceReading,
  TargetDescription,
  TargetReading,
} from "./slice-reading";

/** So many texts are kept once, however many labels say the same. */
const MAX_TEXTS = 200_000;

/** Makes of the readings of one slice what was read: sources that expose the same. */
export class SliceWriter {
  private targets = new Map<string, ReadTarget>();

  /** The targets of a reading. Each reading of the slice must come, in order. */
  part({ targets, values }: SliceReading): SlicePart {
    const before = this.targets;
    this.targets = new Map();
    let from = 0;
    for (const reading of targets) {
      const { key, described } = reading;
      const target = described ? new ReadTarget(described) : before.get(key);
      if (!target) throw new Error(`nothing was told of the target ${key}`);
      this.targets.set(key, target);
      from = target.take(reading, values, from);
    }
    return this.targets;
  }
}

/** A target of another thread. */
class ReadTarget implements MetricSource {
  readonly job: string;
  readonly instance: string;
  readonly labels: LabelSet;
  private metrics: readonly MetricDescription[] = [];
  private exposed: readonly ExposedMetric[] | undefined = [];
  private readings = 0;

  constructor({ job, instance, labels }: TargetDescription) {
    this.job = job;
    this.instance = instance;
    this.labels = labels ?? {};
  }

  /** @returns where the numbers of the next target begin */
  take({ state, metrics }: TargetReading, values: Float64Array, from: number): number {
    if (state === "same") return from;
    this.readings += 1;
    if (state === "down") {
      this.exposed = undefined;
      this.metrics = [];
      return from;
    }
    if (metrics) this.metrics = this.known(metrics);
    let next = from;
    this.exposed = this.metrics.map((metric): ExposedMetric => {
      const { name, labels, bounds } = metric;
      const first = next;
      next += bounds ? bounds.length + 1 : 1;
      return bounds
        ? {
            name,
            labels,
            bounds,
            counts: values.subarray(first, next - 1),
            sum: values[next - 1] ?? Number.NaN,
          }
        : { name, labels, value: values[first] ?? Number.NaN };
    });
    return next;
  }

  revision(): number {
    return this.readings;
  }

  /** To be called once after each reading: it holds the numbers of the whole slice. */
  collect(): readonly ExposedMetric[] | undefined {
    const { exposed } = this;
    this.exposed = [];
    return exposed;
  }

  private known(metrics: readonly (MetricDescription | number)[]): readonly MetricDescription[] {
    const fresh = new Map<LabelSet, LabelSet>();
    return metrics.map((metric) => {
      if (typeof metric === "number") return this.metrics[metric] ?? missing(metric);
      let labels = fresh.get(metric.labels);
      if (!labels) {
        labels = withSharedTexts(metric.labels);
        fresh.set(metric.labels, labels);
      }
      const { bounds } = metric;
      return bounds
        ? { name: sharedText(metric.name), labels, bounds: sharedBounds(bounds) }
        : { name: sharedText(metric.name), labels };
    });
  }
}

function missing(place: number): never {
  throw new Error(`nothing was told of the metric at place ${place}`);
}

const texts = new Map<string, string>();

/** Threads share no texts: without this each label would have its own copy of its value. */
function sharedText(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= MAX_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
}

function withSharedTexts(labels: LabelSet): LabelSet {
  const shared: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) shared[name] = sharedText(value);
  return shared;
}

const boundLists = new Map<string, readonly string[]>();

function sharedBounds(bounds: readonly string[]): readonly string[] {
  const key = bounds.join();
  const known = boundLists.get(key);
  if (known) return known;
  boundLists.set(key, bounds);
  return bounds;
}
