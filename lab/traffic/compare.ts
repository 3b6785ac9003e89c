import type { AskedRequest } from "@/cli/request/asked-request";
import type { Outcome } from "@/cli/request/simulate-request";
import type { Observed, Recorded } from "./corpus";

/** What is compared, in the order of the report. */
export const ASPECTS = [
  "status",
  "destination",
  "path",
  "authority",
  "port",
  "peer",
  "request headers",
  "response headers",
  "flags",
  "details",
  "route",
  "cluster",
  "delay",
] as const;

/** One thing that is compared. */
export type Aspect = (typeof ASPECTS)[number];

/** One comparison. */
export interface Comparison {
  readonly aspect: Aspect;
  readonly agrees: boolean;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** How the application of the recording was told to answer, as the command takes it. */
export function askedOf({ observed: _, ...request }: Recorded): AskedRequest {
  const headers = request.headers ?? {};
  const number = (name: string): number | undefined =>
    headers[name] === undefined ? undefined : Number(headers[name]);
  const delay = number("x-echo-delay");
  const upstream = {
    status: number("x-echo-status"),
    delayMs: delay === undefined ? undefined : delay * 1000,
    failUntil: number("x-echo-fail-until"),
    failStatus: number("x-echo-fail-status"),
  };
  return { ...request, upstream };
}

/** A pod of the recording that no cluster holds: the host beyond the mesh. */
const OUTSIDE = "external";
const podOf = (pod: string | null | undefined): string | null =>
  pod === undefined || pod === OUTSIDE ? null : pod;
const endOf = (status: unknown, pod: string | null): string => `${String(status)} ${pod ?? "-"}`;

/** How far a share may lie from what is expected, in standard deviations. */
const MAX_DEVIATIONS = 4.5;

/** Compares what was recorded of one request with all that could become of it. */
export function compareRequest(recorded: Recorded, outcomes: readonly Outcome[]): Comparison[] {
  const { observed } = recorded;
  const total = observed.reduce((sum, { count }) => sum + count, 0);
  const statuses = new Set(outcomes.map(({ status }) => status));
  const ends = new Map<string, number>();
  for (const { status, pod, probability } of outcomes) {
    const end = endOf(status, pod);
    ends.set(end, (ends.get(end) ?? 0) + probability);
  }
  const counts = new Map<string, number>(
    observed.map(({ status, pod, count }) => [endOf(status, podOf(pod)), count]),
  );
  const unlikely = [...new Set([...ends.keys(), ...counts.keys()])].filter((end) => {
    const share = ends.get(end) ?? 0;
    const count = counts.get(end) ?? 0;
    if (share <= 0 || share >= 1 - 1e-9) return share <= 0 ? count > 0 : count < total;
    const deviation = Math.sqrt(total * share * (1 - share));
    return Math.abs(count - total * share) > Math.max(MAX_DEVIATIONS * deviation, 0.5);
  });
  const wrong = observed.filter(({ status }) => !statuses.has(status));
  return [
    {
      aspect: "status",
      agrees: wrong.length === 0,
      expected: observed.map(({ status }) => status),
      actual: [...statuses],
    },
    {
      aspect: "destination",
      agrees: unlikely.length === 0,
      expected: Object.fromEntries(counts),
      actual: Object.fromEntries(ends),
    },
    ...observed.flatMap((one) => compareDetails(recorded, one, outcomes)),
  ];
}

function compareDetails(
  recorded: Recorded,
  one: Observed,
  outcomes: readonly Outcome[],
): Comparison[] {
  const fitting = outcomes.filter(
    ({ status, pod }) => status === one.status && pod === podOf(one.pod),
  );
  if (fitting.length === 0) return [];
  // Of several ways to one end any may have been the recorded one.
  const ways = fitting.map((outcome) => comparisons(recorded, one, outcome));
  const failures = (way: readonly Comparison[]) => way.filter(({ agrees }) => !agrees).length;
  return ways.reduce((best, way) => (failures(way) < failures(best) ? way : best));
}

function comparisons(recorded: Recorded, one: Observed, outcome: Outcome): Comparison[] {
  const result: Comparison[] = [];
  const compare = (aspect: Aspect, expected: unknown, actual: unknown): void => {
    const agrees = JSON.stringify(expected) === JSON.stringify(actual);
    result.push({ aspect, agrees, expected, actual });
  };
  if (one.path !== undefined) compare("path", one.path, outcome.path);
  if (one.authority !== undefined) compare("authority", one.authority, outcome.authority);
  if (one.port !== undefined) compare("port", one.port, outcome.port);
  if (one.mtlsPeer !== undefined) compare("peer", one.mtlsPeer, outcome.mtlsPeer);
  if (one.requestHeaders) {
    const sent = Object.fromEntries(
      Object.entries(recorded.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const seen = sorted(applied(sent, outcome.requestHeaders));
    compare("request headers", sorted(one.requestHeaders), seen);
  }
  if (typeof one.status === "number") {
    compare(
      "response headers",
      sorted(withoutCookieValues(one.responseHeaders ?? {})),
      sorted(withoutCookieValues(applied({}, outcome.responseHeaders))),
    );
  }
  if (one.client) {
    compare("flags", one.client.flags, outcome.flags);
    compare("details", one.client.details, outcome.details);
    compare("route", one.client.route, outcome.route);
    compare("cluster", one.client.cluster, outcome.cluster);
  }
  if (one.slow !== undefined) {
    const expected = outcome.delayMs < 250 ? 0 : outcome.delayMs / 1000;
    const { slow } = one;
    const agrees =
      Math.abs(slow - expected) <= 0.11 + expected * 0.1 || (slow === 0 && outcome.delayMs < 360);
    result.push({ aspect: "delay", agrees, expected: one.slow, actual: expected });
  }
  return result;
}

const applied = (
  headers: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ ...headers, ...changes }).flatMap(([name, value]) =>
      value === null ? [] : [[name, value]],
    ),
  );

const sorted = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What a proxy puts into a cookie of its own is random. */
const withoutCookieValues = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === "set-cookie" ? value.replace(/="?[0-9a-f]+"?/, "=") : value,
    ]),
  );
