import type { ConnectionPool, RetryBudget } from "@/lib/istio/destination-rule";

/** What may be under way at once to a cluster; `Infinity` without a limit. */
export interface Limits {
  readonly connections: number;
  readonly pending: number;
  readonly requests: number;
  readonly retries: number;
  /** Set where retries are limited by what is under way, whatever `retries` says. */
  readonly budget?: { readonly percent: number; readonly atLeast: number } | undefined;
}

const DEFAULT_BUDGET = { percent: 20, atLeast: 3 };

/** The limits that a policy sets; undefined where it sets none. Source: istiod's applyConnectionPool. */
export function limitsOf(
  pool: ConnectionPool | undefined,
  budget?: RetryBudget,
): Limits | undefined {
  if (!pool && !budget) return undefined;
  const limit = (value: number | undefined): number => value || Infinity;
  const limits: Limits = {
    connections: limit(pool?.tcp?.maxConnections),
    pending: limit(pool?.http?.http1MaxPendingRequests),
    requests: limit(pool?.http?.http2MaxRequests),
    retries: limit(pool?.http?.maxRetries),
  };
  if (budget) {
    const percent = budget.percent ? (budget.percent.value ?? 0) : DEFAULT_BUDGET.percent;
    const atLeast = budget.minRetryConcurrency || DEFAULT_BUDGET.atLeast;
    return { ...limits, budget: { percent, atLeast } };
  }
  return Object.values(limits).every((value) => value === Infinity) ? undefined : limits;
}

/** From when a request waited for a connection, had one, and was done with, in ms. */
interface Stay {
  readonly asked: number;
  readonly started: number;
  ended: number;
}

/** How long what has ended is remembered: nobody asks about moments longer ago. */
const REMEMBERED_MS = 2000;

/**
 * Counts what is under way to one cluster and lets no more in than its limits allow. Source: Envoy's
 * circuit breakers. With HTTP/1.1 a request has a connection for itself, and waits for one where all
 * are taken.
 */
export class CircuitBreaker {
  private stays: Stay[] = [];
  private retried: { readonly from: number; readonly to: number }[] = [];

  constructor(private readonly limits: Limits) {}

  /**
   * A request or a connection that asks to go at `now` (ms).
   *
   * @param kind `http1` has a connection for itself, `http2` shares one, `tcp` is one and never waits
   * @returns how long it waits for its turn, in ms; undefined where it is turned away
   */
  enter(now: number, kind: "http1" | "http2" | "tcp"): number | undefined {
    const { connections, pending, requests } = this.limits;
    this.stays = this.stays.filter(({ ended }) => ended > now - REMEMBERED_MS);
    if (kind === "tcp") return this.under(now) < connections ? 0 : undefined;
    if (this.under(now) >= requests) return undefined;
    if (kind === "http2" || this.under(now) < connections) return 0;
    if (this.waiting(now) >= pending) return undefined;
    const turns = this.stays.map(({ ended }) => ended).filter((ended) => ended > now);
    const turn = turns.sort((a, b) => a - b).find((ended) => this.under(ended) < connections);
    return (turn ?? now) - now;
  }

  /** Something was under way from `started` on, after it had waited since `asked`, until `ended`. */
  stayed(asked: number, started: number, ended: number): void {
    this.stays.push({ asked, started, ended });
  }

  /** Whether one more retry may be under way at `now` (ms). */
  mayRetry(now: number): boolean {
    const most = this.mostRetries(now);
    if (most === Infinity) return true;
    this.retried = this.retried.filter(({ to }) => to > now - REMEMBERED_MS);
    return this.retried.filter(({ from, to }) => from <= now && now < to).length < most;
  }

  /** A budget goes by what is under way or waits. Source: Envoy's RetryBudgetImpl. */
  private mostRetries(now: number): number {
    const { budget, retries } = this.limits;
    if (!budget) return retries;
    const active = this.under(now) + this.waiting(now);
    return Math.max(budget.atLeast, Math.floor((budget.percent * active) / 100));
  }

  /** A retry took from its decision to the end of its try. */
  hasRetried(from: number, to: number): void {
    const { budget, retries } = this.limits;
    if (budget || retries !== Infinity) this.retried.push({ from, to });
  }

  private under(now: number): number {
    return this.stays.filter(({ started, ended }) => started <= now && now < ended).length;
  }

  private waiting(now: number): number {
    return this.stays.filter(({ asked, started }) => asked <= now && now < started).length;
  }
}
