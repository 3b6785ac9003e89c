import { describe, expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { quantileOf } from "./histogram";
import { checkQueries } from "./metric-queries";
import { readWindow } from "./read-window";
import type { VersionFacts } from "./version-facts";

const HOST = "reviews.shop.svc.cluster.local";
const version = (revision: string): VersionFacts => ({
  host: HOST,
  service: undefined,
  external: false,
  wholeHost: false,
  subsetLabels: { version: revision },
  definedBy: undefined,
  pods: { ready: 1, total: 1 },
  revisions: [revision],
  content: undefined,
});
const versions = { stable: version("v1"), canary: version("v2") };
const span = { from: instant(0), to: instant(20_000) };

const count = (revision: string, value: number | null, more: Record<string, string> = {}) => ({
  labels: {
    destination_service: HOST,
    destination_workload: `reviews-${revision}`,
    destination_canonical_revision: revision,
    response_code: "200",
    response_flags: "-",
    ...more,
  },
  value,
});
const read = (requests: readonly ReturnType<typeof count>[]) =>
  readWindow({ requests, durations: [] }, versions, span);

describe("the counts of a window", () => {
  test("are sorted by version; others count only in the share", () => {
    const window = read([count("v1", 90), count("v2", 10), count("v3", 5)]);
    expect(window).toMatchObject({
      stable: { requests: 90, failures: 0 },
      canary: { requests: 10, failures: 0, p99: null },
      others: 5,
    });
  });

  test.each([
    [{ response_code: "500" }, 4, 0],
    [{ response_code: "404" }, 0, 0],
    [{ response_code: "200", grpc_response_status: "14" }, 4, 0],
    [{ response_code: "200", grpc_response_status: "5" }, 0, 0],
    [{ response_code: "503", response_flags: "UF,URX" }, 4, 4],
  ])("%j: %i failures, %i undelivered", (labels, failures, undelivered) => {
    const { canary } = read([count("v2", 4, labels), count("v2", 6)]);
    expect(canary).toMatchObject({ requests: 10, failures, undelivered });
  });

  test("without an endpoint nobody knows the version", () => {
    const lost = { destination_workload: "unknown", response_code: "503", response_flags: "UH" };
    expect(read([count("latest", 3, lost)])).toMatchObject({ unattributed: 3, others: 0 });
  });

  test("NaN counts nothing", () => {
    expect(read([count("v2", null)]).canary.requests).toBe(0);
  });

  test("durations are of the version they belong to", () => {
    const bucket = (revision: string, le: string, value: number) => ({
      labels: { destination_service: HOST, destination_canonical_revision: revision, le },
      value,
    });
    const durations = [
      bucket("v2", "100", 50),
      bucket("v2", "200", 100),
      bucket("v2", "+Inf", 100),
      bucket("v1", "100", 100),
      bucket("v1", "+Inf", 100),
    ];
    const window = readWindow({ requests: [], durations }, versions, span);
    expect(window.canary.p50).toBe(100);
    expect(window.canary.p99).toBeCloseTo(198);
    expect(window.stable.p99).toBeCloseTo(99);
  });
});

describe("a quantile", () => {
  test.each([
    [[{ le: Infinity, count: 0 }], null],
    [[{ le: 10, count: 5 }], null],
    [
      [
        { le: 10, count: 1 },
        { le: Infinity, count: 100 },
      ],
      10,
    ],
    [
      [
        { le: 10, count: 100 },
        { le: 20, count: 99 },
        { le: Infinity, count: 100 },
      ],
      9.9,
    ],
  ])("of %j is %s", (buckets, expected) => {
    const value = quantileOf(buckets, 0.99);
    if (expected === null) expect(value).toBeNull();
    else expect(value).toBeCloseTo(expected);
  });
});

test("hosts cannot break out of a query", () => {
  const { requests } = checkQueries(['a"} or vector(1) #', "b.c"], {
    window: 20_000,
    reach: 0,
  });
  expect(requests).toContain('destination_service=~"a\\"\\\\} or vector\\\\(1\\\\) #|b\\\\.c"');
});
