/** The types of PromQL. */
export type ValueType = "scalar" | "string" | "vector" | "matrix";

/** How Prometheus names the types in its messages. */
export const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  scalar: "scalar",
  string: "string",
  vector: "instant vector",
  matrix: "range vector",
};

/** What a function takes and yields. */
export interface Signature {
  readonly args: readonly ValueType[];
  /** How many of the last arguments may be left out. */
  readonly optional: number;
  /** Whether the last argument may be repeated. */
  readonly repeats: boolean;
  readonly returns: ValueType;
}

const takes = (
  args: readonly ValueType[],
  { optional = 0, repeats = false, returns = "vector" }: Partial<Omit<Signature, "args">> = {},
): Signature => ({ args, optional, repeats, returns });

const VECTOR = takes(["vector"]);
const MATRIX = takes(["matrix"]);
const DATE = takes(["vector"], { optional: 1 });

const all = (names: string, signature: Signature): [string, Signature][] =>
  names.split(" ").map((name) => [name, signature]);

/** Every function that this evaluator knows. */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ...all("abs absent ceil exp floor ln log10 log2 sgn sort sort_desc sqrt timestamp", VECTOR),
  ...all("acos acosh asin asinh atan atanh cos cosh deg rad sin sinh tan tanh", VECTOR),
  ...all("day_of_month day_of_week day_of_year days_in_month hour minute month year", DATE),
  ...all("rate irate increase delta idelta deriv changes resets absent_over_time", MATRIX),
  ...all("avg_over_time count_over_time last_over_time max_over_time min_over_time", MATRIX),
  ...all("present_over_time stddev_over_time stdvar_over_time sum_over_time mad_over_time", MATRIX),
  ...all("clamp", takes(["vector", "scalar", "scalar"])),
  ...all("clamp_max clamp_min", takes(["vector", "scalar"])),
  ...all("double_exponential_smoothing", takes(["matrix", "scalar", "scalar"])),
  ...all("histogram_quantile", takes(["scalar", "vector"])),
  ...all("label_join", takes(["vector", "string", "string", "string"], { repeats: true })),
  ...all("label_replace", takes(["vector", "string", "string", "string", "string"])),
  ...all("pi time", takes([], { returns: "scalar" })),
  ...all("predict_linear", takes(["matrix", "scalar"])),
  ...all("quantile_over_time", takes(["scalar", "matrix"])),
  ...all("round", takes(["vector", "scalar"], { optional: 1 })),
  ...all("scalar", takes(["vector"], { returns: "scalar" })),
  ...all("sort_by_label sort_by_label_desc", takes(["vector", "string"], { repeats: true })),
  ...all("vector", takes(["scalar"])),
]);
