import type { Endpoint } from "@/lib/mesh/endpoints";
import type { Chance } from "./chance";
import type { Connection } from "./connection";
import type { Forward } from "./decision";
import type { TryOutcome } from "./outlier-detector";
import { isRetried, type TryFailure } from "./retry-policy";
import type { Trace } from "./trace";

/** What a server answers to one try. */
export interface Reply {
  readonly status: number;
  /** Until the answer is there, in ms. */
  readonly durationMs: number;
  /** Set where the connection broke before any answer came: there is none then. */
  readonly reset?: Connection["failure"];
}

/** One try at a forwarded request. */
export interface Try {
  readonly endpoint: Endpoint;
  readonly connection: Connection;
  /** Undefined where no answer came: the connection failed, or the try timed out. */
  readonly reply: Reply | undefined;
}

/** What became of a forwarded request, as the client's proxy logs it. */
export interface Exchange {
  readonly status: number;
  /** Envoy's response flags, in the order in which it sets them. */
  readonly flags: readonly string[];
  /** `response_code_details`. */
  readonly details: string;
  /** With all tries and the pauses between them, in ms. */
  readonly durationMs: number;
  /** Empty where no endpoint was there to try. */
  readonly tries: readonly Try[];
}

/** What Envoy says where its circuit breakers are open. */
const OVERFLOW = "upstream_reset_before_response_started{overflow}";

/** A connection that fails does so within about this time, in ms. */
const CONNECT_FAILURE_MS = 1;

/**
 * Carries out a forwarded request: tries, retries and timeouts, with `respond` standing for the
 * servers. It is told the try's number, from 1 on.
 */
export function exchange(
  forward: Forward,
  chance: Chance,
  respond: (tried: Pick<Try, "endpoint" | "connection">, attempt: number) => Reply,
  trace?: Trace,
): Exchange {
  const { retry, timeoutMs = Infinity, gate } = forward;
  const tries: Try[] = [];
  let elapsed = 0;
  let decided = 0;
  for (let attempt = 1; ; attempt += 1) {
    const endpoint = pick(forward, tries, chance);
    if (!endpoint) return failed(tries, elapsed, ["UH"], "no_healthy_upstream");
    const asked = elapsed;
    const waited = gate ? gate.enter(asked) : 0;
    if (waited === undefined) return failed(tries, elapsed, ["UO"], OVERFLOW);
    elapsed += waited;
    if (elapsed > timeoutMs) return late(tries, timeoutMs);
    const started = elapsed;
    const made = forward.connect(endpoint, trace);
    const heard = made.failure ? undefined : respond({ endpoint, connection: made }, attempt);
    const connection = heard?.reset ? { ...made, failure: heard.reset } : made;
    const reply = heard?.reset ? undefined : heard;
    const tooLate = reply !== undefined && reply.durationMs > (retry.perTryTimeoutMs ?? Infinity);
    const tried = { endpoint, connection, reply: tooLate ? undefined : reply };
    tries.push(tried);
    elapsed += tooLate ? (retry.perTryTimeoutMs ?? 0) : (reply?.durationMs ?? CONNECT_FAILURE_MS);
    const ended = Math.min(elapsed, timeoutMs);
    const inTime = elapsed > timeoutMs ? undefined : tried.reply;
    gate?.ended({
      address: endpoint.address,
      outcome: outcomeOf(connection, inTime),
      asked,
      started,
      ended,
    });
    if (attempt > 1) gate?.hasRetried(decided, ended);
    if (elapsed > timeoutMs) return late(tries, timeoutMs);
    const failure = failureOf(connection, tooLate ? undefined : reply);
    const retried = failure !== undefined && isRetried(retry, failure);
    if (!retried || attempt > retry.retries) {
      const exhausted = retried && retry.retries > 0 ? ["URX"] : [];
      return outcome(tries, elapsed, exhausted);
    }
    if (gate && !gate.mayRetry(elapsed)) return outcome(tries, elapsed, ["UO"]);
    decided = elapsed;
    trace?.({
      step: "retry",
      taken: true,
      object: undefined,
      path: undefined,
      why: `try ${attempt} of ${retry.retries + 1} failed: ${failure.type}`,
    });
    elapsed += chance.spread() * Math.min(2 ** attempt - 1, 10) * retry.backoffMs;
  }
}

/** How often Envoy picks again where it meets an endpoint that it has tried before. */
const HOST_SELECTION_ATTEMPTS = 5;

/** The endpoint of the next try: not one that was tried before, as far as a few picks find another. */
function pick(forward: Forward, tries: readonly Try[], chance: Chance): Endpoint | undefined {
  const { retry } = forward;
  if (forward.hashed) return forward.hashed;
  const elsewhere = retry.remoteLocalities ? forward.elsewhere : undefined;
  const { endpoints, weights } =
    elsewhere && tries.length > 0 ? elsewhere(tries.map(({ endpoint }) => endpoint)) : forward;
  if (tries.length === 0 || !retry.ignorePreviousHosts) {
    const index = weights
      ? chance.weighted("endpoint", weights)
      : chance.evenly("endpoint", endpoints.length);
    return endpoints[index];
  }
  const tried = new Set(tries.map(({ endpoint }) => endpoint));
  const base = endpoints.map((_, index) => weights?.[index] ?? 1);
  const total = base.reduce((sum, weight) => sum + weight, 0);
  const old = endpoints.reduce(
    (sum, endpoint, index) => sum + (tried.has(endpoint) ? (base[index] ?? 0) : 0),
    0,
  );
  // Each pick but the last is thrown away where it falls on a tried one.
  const unlucky = (old / total) ** HOST_SELECTION_ATTEMPTS;
  return endpoints[
    chance.weighted(
      "endpoint",
      endpoints.map((endpoint, index) =>
        tried.has(endpoint)
          ? (base[index] ?? 0) * unlucky
          : (base[index] ?? 0) * share(old / total),
      ),
    )
  ];
}

/** What an untried endpoint gains by the picks that are thrown away, as a geometric sum. */
const share = (part: number): number =>
  part >= 1 ? 0 : (1 - part ** (HOST_SELECTION_ATTEMPTS + 1)) / (1 - part);

function failureOf(connection: Connection, reply: Reply | undefined): TryFailure | undefined {
  if (connection.failure) {
    return { type: connection.failure.flag === "UF" ? "connect-failure" : "reset" };
  }
  if (!reply) return { type: "per-try-timeout" };
  return reply.status >= 400 ? { type: "status", status: reply.status } : undefined;
}

const outcomeOf = (connection: Connection, reply: Reply | undefined): TryOutcome => {
  if (connection.failure) return "no-connection";
  return reply ? { status: reply.status } : "timeout";
};

/** The outcome of the last try. */
function outcome(tries: readonly Try[], durationMs: number, flags: readonly string[]): Exchange {
  const last = tries.at(-1);
  const failure = last?.connection.failure;
  if (failure) return failed(tries, durationMs, [...flags, failure.flag], failure.details);
  if (!last?.reply) {
    const timedOut = failed(tries, durationMs, [...flags, "UT"], "upstream_per_try_timeout");
    return { ...timedOut, status: 504 };
  }
  return { status: last.reply.status, flags, details: "via_upstream", durationMs, tries };
}

const late = (tries: readonly Try[], timeoutMs: number): Exchange => ({
  ...failed(tries, timeoutMs, ["UT"], "response_timeout"),
  status: 504,
});

const failed = (
  tries: readonly Try[],
  durationMs: number,
  flags: readonly string[],
  details: string,
): Exchange => ({ status: 503, flags, details, durationMs, tries });
