/** What Prometheus' API answers to a query, as far as it is compared. */
export interface QueryAnswer {
  readonly status: number;
  readonly errorType: string | undefined;
  readonly result: QueryResult | undefined;
}

interface QueryResult {
  readonly resultType: string;
  readonly result: unknown;
}

/** Asks one of the two sides. @param path below `/api/v1/` */
export async function ask(
  base: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<QueryAnswer> {
  const response = await fetch(`${base}/api/v1/${path}`, {
    method: "POST",
    body: new URLSearchParams(parameters),
  });
  const body = (await response.json()) as { errorType?: string; data?: QueryResult };
  return { status: response.status, errorType: body.errorType, result: body.data };
}

/** One line of numbers, with a text of its labels. */
interface Line {
  readonly labels: string;
  readonly points: readonly (readonly [number, string])[];
}

interface Item {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
}

function linesOf({ resultType, result }: QueryResult, ordered: boolean): Line[] {
  if (resultType === "scalar" || resultType === "string") {
    return [{ labels: "", points: [result as [number, string]] }];
  }
  const lines = (result as Item[]).map(({ metric, value, values }) => ({
    labels: JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
    points: values ?? (value ? [value] : []),
  }));
  return ordered ? lines : lines.sort((a, b) => (a.labels < b.labels ? -1 : 1));
}

const RELATIVE = 1e-9;
const ABSOLUTE = 1e-12;

function sameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= Math.max(ABSOLUTE, RELATIVE * Math.max(Math.abs(x), Math.abs(y)));
}

/** What differs between the two answers, in one line; undefined where nothing does. */
export function difference(
  ours: QueryAnswer,
  theirs: QueryAnswer,
  ordered: boolean,
): string | undefined {
  if (ours.status !== theirs.status || ours.errorType !== theirs.errorType) {
    return `status ${ours.status} ${ours.errorType ?? ""}, Prometheus ${theirs.status} ${theirs.errorType ?? ""}`;
  }
  if (!ours.result || !theirs.result) return undefined;
  if (ours.result.resultType !== theirs.result.resultType) {
    return `${ours.result.resultType}, Prometheus ${theirs.result.resultType}`;
  }
  const [left, right] = [linesOf(ours.result, ordered), linesOf(theirs.result, ordered)];
  if (left.length !== right.length) return `${left.length} series, Prometheus ${right.length}`;
  for (const [index, line] of left.entries()) {
    const other = right[index];
    if (line.labels !== other?.labels) {
      return `labels ${line.labels}, Prometheus ${other?.labels ?? ""}`;
    }
    const problem = pointDifference(line, other);
    if (problem) return `${line.labels}: ${problem}`;
  }
  return undefined;
}

function pointDifference(line: Line, other: Line): string | undefined {
  if (line.points.length !== other.points.length) {
    return `${line.points.length} points, Prometheus ${other.points.length}`;
  }
  for (const [index, [time, value]] of line.points.entries()) {
    const [otherTime, otherValue] = other.points[index] ?? [Number.NaN, ""];
    if (time !== otherTime || !sameNumber(value, otherValue)) {
      return `${value} at ${time}, Prometheus ${otherValue} at ${otherTime}`;
    }
  }
  return undefined;
}
