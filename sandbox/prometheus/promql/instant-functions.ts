import { histogramQuantile } from "./histogram";
import { compileRe2 } from "./matcher";
import { PromqlError } from "./promql-error";
import { type Sample, scalar, type Value, vector, wanted, withoutName } from "./value";

type InstantFunction = (args: readonly Value[], time: number) => Value;

/** A function of one number, applied to each sample. */
const each =
  (name: string, compute: (value: number) => number): InstantFunction =>
  (args) =>
    map(wanted(args[0], "vector", `call to function "${name}"`).samples, compute);

const map = (samples: readonly Sample[], compute: (value: number) => number): Value =>
  vector(
    samples.map(({ labels, value }) => ({ labels: withoutName(labels), value: compute(value) })),
  );

const numberAt = (args: readonly Value[], index: number, name: string): number =>
  wanted(args[index], "scalar", `call to function "${name}"`).value;

const textAt = (args: readonly Value[], index: number, name: string): string =>
  wanted(args[index], "string", `call to function "${name}"`).value;

const samplesAt = (args: readonly Value[], index: number, name: string): readonly Sample[] =>
  wanted(args[index], "vector", `call to function "${name}"`).samples;

/** A part of the date of each sample's value (or of now), in UTC. */
const datePart =
  (name: string, read: (date: Date) => number): InstantFunction =>
  (args, time) => {
    const samples =
      args.length === 0 ? [{ labels: {}, value: time / 1_000 }] : samplesAt(args, 0, name);
    return map(samples, (value) => read(new Date(value * 1_000)));
  };

const sorted =
  (name: string, direction: 1 | -1): InstantFunction =>
  (args) =>
    vector(
      [...samplesAt(args, 0, name)].sort((a, b) => {
        if (Number.isNaN(a.value)) return 1;
        if (Number.isNaN(b.value)) return -1;
        return direction * (a.value - b.value);
      }),
    );

/** Functions of values at one time, by PromQL's name. */
export const INSTANT_FUNCTIONS: Readonly<Record<string, InstantFunction>> = {
  abs: each("abs", Math.abs),
  ceil: each("ceil", Math.ceil),
  floor: each("floor", Math.floor),
  exp: each("exp", Math.exp),
  ln: each("ln", Math.log),
  log2: each("log2", Math.log2),
  log10: each("log10", Math.log10),
  sqrt: each("sqrt", Math.sqrt),
  sgn: each("sgn", Math.sign),
  time: (_, time) => scalar(time / 1_000),
  pi: () => scalar(Math.PI),
  vector: (args) => vector([{ labels: {}, value: numberAt(args, 0, "vector") }]),
  scalar: (args) => {
    const samples = samplesAt(args, 0, "scalar");
    return scalar(samples.length === 1 ? (samples[0]?.value ?? Number.NaN) : Number.NaN);
  },
  round: (args) => {
    const unit = args.length > 1 ? numberAt(args, 1, "round") : 1;
    return map(samplesAt(args, 0, "round"), (value) => Math.floor(value / unit + 0.5) * unit);
  },
  clamp: (args) => {
    const [low, high] = [numberAt(args, 1, "clamp"), numberAt(args, 2, "clamp")];
    if (low > high) return vector([]);
    return map(samplesAt(args, 0, "clamp"), (value) => Math.max(low, Math.min(high, value)));
  },
  clamp_min: (args) => {
    const low = numberAt(args, 1, "clamp_min");
    return map(samplesAt(args, 0, "clamp_min"), (value) => Math.max(low, value));
  },
  clamp_max: (args) => {
    const high = numberAt(args, 1, "clamp_max");
    return map(samplesAt(args, 0, "clamp_max"), (value) => Math.min(high, value));
  },
  sort: sorted("sort", 1),
  sort_desc: sorted("sort_desc", -1),
  histogram_quantile: (args) =>
    vector(
      histogramQuantile(
        numberAt(args, 0, "histogram_quantile"),
        samplesAt(args, 1, "histogram_quantile"),
      ),
    ),
  label_replace: (args) => labelReplace(args),
  label_join: (args) => labelJoin(args),
  minute: datePart("minute", (date) => date.getUTCMinutes()),
  hour: datePart("hour", (date) => date.getUTCHours()),
  day_of_week: datePart("day_of_week", (date) => date.getUTCDay()),
  day_of_month: datePart("day_of_month", (date) => date.getUTCDate()),
  month: datePart("month", (date) => date.getUTCMonth() + 1),
  year: datePart("year", (date) => date.getUTCFullYear()),
};

function labelReplace(args: readonly Value[]): Value {
  const [target, replacement, source, pattern] = [1, 2, 3, 4].map((i) =>
    textAt(args, i, "label_replace"),
  );
  const regex = compileRe2(pattern ?? "");
  const results = samplesAt(args, 0, "label_replace").map(({ labels, value }) => {
    const matcher = regex.matcher(labels[source ?? ""] ?? "");
    if (!matcher.matches()) return { labels, value };
    const text = (replacement ?? "").replace(/\$(?:(\d+)|\{(\w+)\}|\$)/g, (whole, index, name) => {
      if (whole === "$$") return "$";
      const group = String(index ?? name);
      return (/^\d+$/.test(group) ? matcher.group(Number(group)) : matcher.group(group)) ?? "";
    });
    return { labels: withLabel(labels, target ?? "", text), value };
  });
  return vector(results);
}

function labelJoin(args: readonly Value[]): Value {
  const [target, separator, ...sources] = args
    .slice(1)
    .map((_, i) => textAt(args, i + 1, "label_join"));
  if (target === undefined) throw new PromqlError("bad_data", "label_join wants a target label");
  return vector(
    samplesAt(args, 0, "label_join").map(({ labels, value }) => ({
      labels: withLabel(labels, target, sources.map((name) => labels[name] ?? "").join(separator)),
      value,
    })),
  );
}

function withLabel(labels: Sample["labels"], name: string, value: string): Sample["labels"] {
  const { [name]: _, ...rest } = labels;
  return value === "" ? rest : { ...rest, [name]: value };
}
