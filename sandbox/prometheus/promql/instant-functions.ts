import { histogramQuantile } from "./histogram";
import { labelJoin, labelReplace, textAt } from "./label-functions";
import { type Sample, scalar, type Value, vector, wanted, withoutName } from "./value";

type InstantFunction = (args: readonly Value[], time: number) => Value;

/** A function of one number, applied to each sample. */
const each =
  (compute: (value: number) => number): InstantFunction =>
  (args) =>
    map(samplesAt(args, 0), compute);

const map = (samples: readonly Sample[], compute: (value: number) => number): Value =>
  vector(
    samples.map(({ labels, value }) => ({ labels: withoutName(labels), value: compute(value) })),
  );

const numberAt = (args: readonly Value[], index: number): number =>
  wanted(args[index], "scalar").value;

const samplesAt = (args: readonly Value[], index: number): readonly Sample[] =>
  wanted(args[index], "vector").samples;

/** A part of the date of each sample's value (or of now), in UTC. */
const datePart =
  (read: (date: Date) => number): InstantFunction =>
  (args, time) => {
    const samples = args.length === 0 ? [{ labels: {}, value: time / 1_000 }] : samplesAt(args, 0);
    return map(samples, (value) => read(new Date(Math.trunc(value) * 1_000)));
  };

const byValue =
  (direction: 1 | -1): InstantFunction =>
  (args) =>
    vector(
      [...samplesAt(args, 0)].sort((a, b) => {
        if (Number.isNaN(a.value)) return 1;
        if (Number.isNaN(b.value)) return -1;
        return direction * (a.value - b.value);
      }),
    );

const byLabel =
  (direction: 1 | -1): InstantFunction =>
  (args) => {
    const names = args.slice(1).map((_, index) => textAt(args, index + 1));
    const order = new Intl.Collator("en", { numeric: true });
    return vector(
      [...samplesAt(args, 0)].sort((a, b) => {
        for (const name of names) {
          const result = order.compare(a.labels[name] ?? "", b.labels[name] ?? "");
          if (result !== 0) return direction * result;
        }
        return 0;
      }),
    );
  };

const DAY_MS = 86_400_000;
const yearDay = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
const monthDays = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

/** Functions of values at one time, by PromQL's name. */
export const INSTANT_FUNCTIONS: Readonly<Record<string, InstantFunction>> = {
  abs: each(Math.abs),
  ceil: each(Math.ceil),
  floor: each(Math.floor),
  exp: each(Math.exp),
  ln: each(Math.log),
  log2: each(Math.log2),
  log10: each(Math.log10),
  sqrt: each(Math.sqrt),
  sgn: each(Math.sign),
  acos: each(Math.acos),
  acosh: each(Math.acosh),
  asin: each(Math.asin),
  asinh: each(Math.asinh),
  atan: each(Math.atan),
  atanh: each(Math.atanh),
  cos: each(Math.cos),
  cosh: each(Math.cosh),
  sin: each(Math.sin),
  sinh: each(Math.sinh),
  tan: each(Math.tan),
  tanh: each(Math.tanh),
  deg: each((value) => (value * 180) / Math.PI),
  rad: each((value) => (value * Math.PI) / 180),
  time: (_, time) => scalar(time / 1_000),
  pi: () => scalar(Math.PI),
  vector: (args) => vector([{ labels: {}, value: numberAt(args, 0) }]),
  scalar: (args) => {
    const samples = samplesAt(args, 0);
    return scalar(samples.length === 1 ? (samples[0]?.value ?? Number.NaN) : Number.NaN);
  },
  round: (args) => {
    // By the inverse, as Prometheus does: a multiple of 0.1 is then the nearest number to it.
    const inverse = 1 / (args.length > 1 ? numberAt(args, 1) : 1);
    return map(samplesAt(args, 0), (value) => Math.floor(value * inverse + 0.5) / inverse);
  },
  clamp: (args) => {
    const [low, high] = [numberAt(args, 1), numberAt(args, 2)];
    if (low > high) return vector([]);
    return map(samplesAt(args, 0), (value) => Math.max(low, Math.min(high, value)));
  },
  clamp_min: (args) => {
    const low = numberAt(args, 1);
    return map(samplesAt(args, 0), (value) => Math.max(low, value));
  },
  clamp_max: (args) => {
    const high = numberAt(args, 1);
    return map(samplesAt(args, 0), (value) => Math.min(high, value));
  },
  sort: byValue(1),
  sort_desc: byValue(-1),
  sort_by_label: byLabel(1),
  sort_by_label_desc: byLabel(-1),
  histogram_quantile: (args) => vector(histogramQuantile(numberAt(args, 0), samplesAt(args, 1))),
  label_replace: (args) => labelReplace(args),
  label_join: (args) => labelJoin(args),
  minute: datePart((date) => date.getUTCMinutes()),
  hour: datePart((date) => date.getUTCHours()),
  day_of_week: datePart((date) => date.getUTCDay()),
  day_of_month: datePart((date) => date.getUTCDate()),
  day_of_year: datePart(yearDay),
  days_in_month: datePart(monthDays),
  month: datePart((date) => date.getUTCMonth() + 1),
  year: datePart((date) => date.getUTCFullYear()),
};
