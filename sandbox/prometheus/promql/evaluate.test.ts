import { describe, expect, it, test } from "vitest";
import { atOnce } from "../slices";
import { TimeSeriesStore } from "../time-series-store";
import { evaluate } from "./evaluate";
import { Evaluation } from "./evaluation";
import { parsePromql } from "./parse";

/** `{'x{a="1"}': [0, 1, null]}`: a sample every `step` seconds from time 0; null ends the series. */
function storeOf(lines: Record<string, (number | null)[]>, stepSeconds = 1): TimeSeriesStore {
  const store = new TimeSeriesStore(3_600_000);
  const axis = store.openAxis();
  const all = Object.entries(lines).map(([text, values]) => {
    const [, name = "", inside = ""] = /^([^{]*)\{?([^}]*)\}?$/.exec(text) ?? [];
    const pairs = [...inside.matchAll(/(\w+)="([^"]*)"/g)];
    const own = Object.fromEntries(pairs.map(([, label = "", value = ""]) => [label, value]));
    const owner = { axis, labels: {}, lastScrape: -1 };
    return { owner, values, series: store.add(owner, name, own) };
  });
  const length = Math.max(...all.map(({ values }) => values.length));
  for (let i = 0; i < length; i += 1) {
    const scrape = axis.add(i * stepSeconds * 1_000)!;
    for (const { owner, values, series } of all) {
      const value = values[i];
      if (value === undefined) continue;
      owner.lastScrape = scrape;
      if (value === null) series.end(scrape);
      else series.set(scrape, value);
    }
  }
  return store;
}

function run(store: TimeSeriesStore, query: string, atSeconds: number): unknown {
  const time = atSeconds * 1_000;
  const value = atOnce(evaluate(parsePromql(query), time, new Evaluation(store, time, time)));
  if (value.type === "scalar" || value.type === "string") return value.value;
  if (value.type === "matrix") return value.series.map(({ values }) => values);
  return value.samples.map(({ labels, value: number }) => [labels, number]);
}

const counters = storeOf({
  'requests{app="a",code="200"}': [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  'requests{app="a",code="500"}': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  'requests{app="b",code="200"}': [0, 2, 4, 6, 8, 10, 2, 4, 6, 8, 10],
});

describe("PromQL", () => {
  test.each([
    [
      "a counter's rate over the window",
      'rate(requests{app="a",code="200"}[10s])',
      [[{ app: "a", code: "200" }, 10]],
    ],
    [
      "a counter that was reset",
      'increase(requests{app="b"}[10s])',
      [[{ app: "b", code: "200" }, 20]],
    ],
    [
      "an aggregation by label",
      "sum by (app) (rate(requests[10s]))",
      [
        [{ app: "a" }, 11],
        [{ app: "b" }, 2],
      ],
    ],
    [
      "an aggregation without labels",
      "sum without (code) (requests)",
      [
        [{ app: "a" }, 110],
        [{ app: "b" }, 10],
      ],
    ],
    ["regular expressions on the whole value", 'count(requests{code=~"5"})', []],
    [
      "a share, by matching on a label",
      'sum by (app) (requests{code="500"}) / on (app) sum by (app) (requests)',
      [[{ app: "a" }, 10 / 110]],
    ],
    [
      "a filter that keeps the name",
      "requests > 90",
      [[{ __name__: "requests", app: "a", code: "200" }, 100]],
    ],
    ["a comparison with bool", 'requests{app="b"} > bool 90', [[{ app: "b", code: "200" }, 0]]],
    ["topk", "topk(1, requests)", [[{ __name__: "requests", app: "a", code: "200" }, 100]]],
    ["or with a default", "sum(nothing) or vector(0)", [[{}, 0]]],
    [
      "unless",
      'requests unless on (app) requests{code="500"}',
      [[{ __name__: "requests", app: "b", code: "200" }, 10]],
    ],
    ["precedence", "1 + 2 * 3 ^ 2", 19],
    [
      "a many-to-one match",
      'requests{app="a"} / on (app) group_left () sum by (app) (requests{app="a"})',
      [
        [{ app: "a", code: "200" }, 100 / 110],
        [{ app: "a", code: "500" }, 10 / 110],
      ],
    ],
    [
      "an offset",
      'requests{app="b"} offset 5s',
      [[{ __name__: "requests", app: "b", code: "200" }, 10]],
    ],
    [
      "the @ modifier",
      'requests{app="b"} @ 6',
      [[{ __name__: "requests", app: "b", code: "200" }, 2]],
    ],
    ["a subquery", 'max_over_time(sum(requests{app="b"})[10s:1s])', [[{}, 10]]],
    [
      "label_replace",
      'label_replace(requests{app="b"}, "team", "team-$1", "app", "(.*)")',
      [[{ __name__: "requests", app: "b", code: "200", team: "team-b" }, 10]],
    ],
    ["absent", 'absent(requests{app="z"})', [[{ app: "z" }, 1]]],
    ["irate", 'irate(requests{app="b"}[10s])', [[{ app: "b", code: "200" }, 2]]],
  ])("computes %s", (_, query, expected) => {
    const got = run(counters, query, 10);
    if (typeof expected === "number") expect(got).toBe(expected);
    else
      expect(got).toEqual(
        expected.map(([labels, value]) => [labels, expect.closeTo(value as number, 9) as unknown]),
      );
  });

  it("extrapolates to the edges of the window, but not past where a counter was zero", () => {
    const store = storeOf({ x: [0, 15, 30, 45] }, 15);
    // 45 over 45 s, and 15 s missing at each side: half an interval is added at the end only.
    expect(run(store, "increase(x[60s])", 52)).toEqual([[{}, expect.closeTo(52, 9)]]);
  });

  it("interpolates quantiles inside their bucket", () => {
    const store = storeOf({
      'h_bucket{le="10"}': [50],
      'h_bucket{le="20"}': [100],
      'h_bucket{le="+Inf"}': [100],
    });
    expect(run(store, "histogram_quantile(0.75, h_bucket)", 0)).toEqual([[{}, 15]]);
    expect(run(store, "histogram_quantile(1, h_bucket)", 0)).toEqual([[{}, 20]]);
  });

  it("answers NaN, not zero, for the quantile of an empty histogram", () => {
    const store = storeOf({ 'h_bucket{le="10"}': [0], 'h_bucket{le="+Inf"}': [0] });
    expect(run(store, "histogram_quantile(0.5, h_bucket)", 0)).toEqual([[{}, Number.NaN]]);
  });

  it("keeps a series for five minutes after its last sample, unless it ended", () => {
    const store = storeOf({ x: [1], y: [1, null] });
    expect(run(store, "x", 300)).toHaveLength(1);
    expect(run(store, "x", 301)).toEqual([]);
    expect(run(store, "y", 1)).toEqual([]);
  });

  test.each([
    ["rate(x[5m", /parse error/],
    ["", /no expression/],
    ["{}", /non-empty matcher/],
    ['x{a=~"("}', /invalid regular expression/],
    [
      "rate(x)",
      /^1:1: parse error: expected type range vector in call to function "rate", got instant vector$/,
    ],
    ["no_such(x[1m])", /unknown function with name "no_such"/],
    ["histogram_avg(x)", /histogram_avg.*not supported/],
    ["limitk(2, x)", /limitk.*not supported/],
    ["holt_winters(x[1m], 0.5, 0.5)", /unknown function with name "holt_winters"/],
    ["topk(x)", /wrong number of arguments.*expected 2, got 1/],
    ["sum(x[1m])", /expected type instant vector in aggregation expression, got range vector/],
    ["clamp(x, 1)", /expected 3 argument\(s\) in call to "clamp", got 2/],
    ["x and 1", /set operator "and" not allowed in binary scalar expression/],
    ["x + bool y", /bool modifier can only be used on comparison operators/],
    ["time()[1m:1s]", /subquery is only allowed on instant vector/],
    ["sum(x) offset 5m", /offset modifier must be preceded by/],
    ['label_replace(requests, "code", "x", "", ".*")', /same labelset/],
    ["requests / on (app) requests", /many-to-many matching not allowed/],
    ["1 > 2", /BOOL/],
    ["x[0s]", /greater than 0/],
  ])("refuses %s", (query, message) => {
    expect(() => run(counters, query, 10)).toThrow(message);
  });
});

test.each(["sum", "avg", "min", "max", "count", "stddev"])(
  "%s by labels over a range of one metric is what it is over any vector",
  (op) => {
    for (const grouping of ["app", "code", "app, code", "absent", "__name__"]) {
      for (const inner of ["rate(requests[7s])", "last_over_time(requests[5s] offset 2s)"]) {
        const fast = run(counters, `${op} by (${grouping}) (${inner})`, 10);
        const plain = run(counters, `${op} by (${grouping}) (${inner} or absent_metric)`, 10);
        expect(fast).toEqual(plain);
      }
    }
  },
);

test("an aggregation of a range that is written twice is worked out for each offset", () => {
  const twice =
    "sum by (app) (increase(requests[4s])) - sum by (app) (increase(requests[4s] offset 4s))";
  expect(run(counters, twice, 10)).toEqual([
    [{ app: "a" }, 0],
    [{ app: "b" }, expect.any(Number)],
  ]);
});

test("a quantile of sums of buckets joined by or is what it is over any vector", () => {
  const bounds = ["10", "20", "+Inf"];
  const lines: [string, number[]][] = ["a", "b"].flatMap((app, i) =>
    ["source", ""].flatMap((from, j) =>
      bounds.map((le, k): [string, number[]] => [
        `h_bucket{app="${app}",from="${from}",le="${le}"}`,
        Array.from({ length: 9 }, (_, n) => n * (k + 1 + i) * (j + 1)),
      ]),
    ),
  );
  const store = storeOf(
    Object.fromEntries([...lines, ['h_bucket{app="a"}', [1, 2]], ['h_bucket{le="?"}', [1, 2]]]),
  );
  const sum = (by: string) => `sum by (${by}) (rate(h_bucket[6s]))`;
  for (const q of ["0.5", "-1", "NaN"]) {
    for (const levels of [
      [sum("le, app")],
      [sum("from, le, app"), sum("app, le"), sum("le")],
      [sum("app, le"), `(${sum("app, from, le")} or ${sum("absent, le, app")})`],
      [`sum by (app, le) (rate(h_bucket{le="10"}[6s]))`, sum("le, app")],
    ]) {
      const fast = run(store, `histogram_quantile(${q}, ${levels.join(" or ")})`, 8);
      const plain = run(store, `histogram_quantile(${q}, ${levels.join(" or ")} or absent)`, 8);
      expect(fast).toEqual(plain);
      expect(fast).not.toEqual([]);
    }
  }
});
