import type { ExposedMetric, MetricSource } from "../contracts";
import type { SlicePart } from "./scrape-rounds";
import type { LabelSet } from "./series";
import type { MetricDescription, SliceReading, TargetReading } from "./slice-reading";

/** Reads the targets of one slice: of what stays between two scrapes only the numbers are told. */
export class SliceReader {
  private targets = new Map<string, TargetReader>();

  constructor(private readonly slice: number) {}

  /** One scrape at `now` (ms since the epoch). */
  read(part: SlicePart, now: number): SliceReading {
    const numbers = new Numbers();
    const before = this.targets;
    this.targets = new Map();
    const targets: TargetReading[] = [];
    for (const [key, source] of part) {
      // One that went away and comes back is told anew.
      const reader = before.get(key) ?? new TargetReader(key);
      this.targets.set(key, reader);
      targets.push(reader.read(source, numbers));
    }
    return { slice: this.slice, now, targets, values: numbers.all() };
  }
}

class TargetReader {
  private isDescribed = false;
  private revision: number | undefined;
  /** Of each metric of the last scrape, in two lists: there are very many. */
  private names: readonly string[] = [];
  private labels: readonly LabelSet[] = [];

  constructor(private readonly key: string) {}

  read(source: MetricSource, numbers: Numbers): TargetReading {
    const { key } = this;
    const { job, instance, labels } = source;
    const described = this.isDescribed ? {} : { described: { job, instance, labels } };
    this.isDescribed = true;
    const revision = source.revision?.();
    if (revision !== undefined && revision === this.revision) {
      return { key, ...described, state: "same" };
    }
    const points = source.collect();
    this.revision = points && revision;
    if (!points) {
      [this.names, this.labels] = [[], []];
      return { key, ...described, state: "down" };
    }
    const metrics = this.take(points, numbers);
    return { key, ...described, state: "read", ...(metrics && { metrics }) };
  }

  /** Undefined where the metrics are those of the scrape before. */
  private take(points: Iterable<ExposedMetric>, numbers: Numbers): TargetReading["metrics"] {
    const { names, labels } = this;
    /** From the first metric on that is not the one before at its place. */
    const others: ExposedMetric[] = [];
    let same = 0;
    for (const point of points) {
      numbers.add(point);
      const isSame =
        others.length === 0 && names[same] === point.name && labels[same] === point.labels;
      if (isSame) same += 1;
      else others.push(point);
    }
    if (others.length === 0 && same === names.length) return undefined;
    const places = new Map<LabelSet, Map<string, number>>();
    for (let place = same; place < names.length; place += 1) {
      const [name, own] = [names[place] ?? "", labels[place] ?? {}];
      places.set(own, (places.get(own) ?? new Map<string, number>()).set(name, place));
    }
    this.names = [...names.slice(0, same), ...others.map(({ name }) => name)];
    this.labels = [...labels.slice(0, same), ...others.map((point) => point.labels)];
    return [
      ...Array.from({ length: same }, (_, place) => place),
      ...others.map((point) => places.get(point.labels)?.get(point.name) ?? descriptionOf(point)),
    ];
  }
}

function descriptionOf(point: ExposedMetric): MetricDescription {
  const { name, labels } = point;
  return "bounds" in point ? { name, labels, bounds: point.bounds } : { name, labels };
}

const FIRST_SIZE = 1024;

/** Numbers in a row. */
class Numbers {
  private values = new Float64Array(FIRST_SIZE);
  private count = 0;

  add(point: ExposedMetric): void {
    if (!("bounds" in point)) {
      this.push(point.value);
      return;
    }
    for (let place = 0; place < point.bounds.length; place += 1) {
      this.push(point.counts[place] ?? 0);
    }
    this.push(point.sum);
  }

  all(): Float64Array {
    return this.values.slice(0, this.count);
  }

  private push(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = value;
  }
}
