import type { OutlierDetection } from "@/lib/istio/destination-rule";
import { parseDuration } from "@/lib/istio/duration";

/** How one try ended, as far as the endpoint had a part in it. */
export type TryOutcome = { readonly status: number } | "no-connection" | "timeout";

const DEFAULT_CONSECUTIVE_5XX = 5;
const DEFAULT_CONSECUTIVE_LOCAL = 5;
const DEFAULT_INTERVAL_MS = 10_000;
const DEFAULT_BASE_MS = 30_000;
const DEFAULT_MAX_PERCENT = 10;
/** However often an endpoint was ejected, it is out for no longer, unless its first time is longer. */
const MAX_EJECTION_MS = 300_000;

/** What is remembered of an endpoint that has failed. */
interface Monitor {
  serverErrors: number;
  gatewayErrors: number;
  localFailures: number;
  /** How many times the base time it is out for. */
  backoff: number;
  /** When it was ejected, in ms; undefined while it takes requests. */
  ejectedAt: number | undefined;
}

/**
 * Takes endpoints that fail again and again out of a cluster for a while. Source: Envoy's outlier
 * detection as istiod configures it: by consecutive errors alone, all of them enforced.
 *
 * Endpoints come back when an interval ends; intervals are taken to begin with multiples of their
 * length, as nobody knows when a proxy started.
 */
export class OutlierDetector {
  private readonly monitors = new Map<string, Monitor>();
  private readonly intervalMs: number;
  private readonly baseMs: number;
  private ticked: number;
  /** How often an endpoint was ejected since the beginning. */
  ejections = 0;

  /** @param now in ms */
  constructor(
    private readonly settings: OutlierDetection,
    now: number,
  ) {
    this.intervalMs = durationOf(settings.interval) ?? DEFAULT_INTERVAL_MS;
    this.baseMs = durationOf(settings.baseEjectionTime) ?? DEFAULT_BASE_MS;
    this.ticked = this.tickOf(now);
  }

  /** The addresses that get no requests at `now` (ms). */
  ejected(now: number): ReadonlySet<string> {
    this.advance(now);
    const found = [...this.monitors].filter(([, { ejectedAt }]) => ejectedAt !== undefined);
    return found.length > 0 ? new Set(found.map(([address]) => address)) : NONE;
  }

  /** How a try at one of `hosts` (the addresses of the cluster) ended at `now` (ms). */
  ended(
    address: string,
    outcome: TryOutcome,
    { now, hosts }: { readonly now: number; readonly hosts: readonly string[] },
  ): void {
    this.advance(now);
    const fails = outcome === "no-connection" || outcome === "timeout" || outcome.status >= 500;
    const known = this.monitors.get(address);
    if (!fails && !known) return;
    const monitor = known ?? newMonitor();
    this.monitors.set(address, monitor);
    if (this.counted(monitor, outcome)) this.eject(monitor, now, hosts);
  }

  /** Counts the outcome; true where that is one error too many. */
  private counted(monitor: Monitor, outcome: TryOutcome): boolean {
    const { splitExternalLocalOriginErrors: split, consecutiveGatewayErrors = 0 } = this.settings;
    const local = typeof outcome === "string";
    if (split && local) {
      monitor.localFailures += 1;
      const most = this.settings.consecutiveLocalOriginFailures || DEFAULT_CONSECUTIVE_LOCAL;
      return monitor.localFailures >= most;
    }
    if (split) monitor.localFailures = 0;
    const status = local ? (outcome === "timeout" ? 504 : 503) : outcome.status;
    monitor.serverErrors = status >= 500 ? monitor.serverErrors + 1 : 0;
    monitor.gatewayErrors = status >= 502 && status <= 504 ? monitor.gatewayErrors + 1 : 0;
    const most = this.settings.consecutive5xxErrors ?? DEFAULT_CONSECUTIVE_5XX;
    return (
      (most > 0 && monitor.serverErrors >= most) ||
      (consecutiveGatewayErrors > 0 && monitor.gatewayErrors >= consecutiveGatewayErrors)
    );
  }

  private eject(monitor: Monitor, now: number, hosts: readonly string[]): void {
    resetCounters(monitor);
    if (monitor.ejectedAt !== undefined) return;
    const out = hosts.filter((host) => this.monitors.get(host)?.ejectedAt !== undefined).length;
    const most = Math.min(100, this.settings.maxEjectionPercent || DEFAULT_MAX_PERCENT);
    if ((100 * (out + 1)) / hosts.length > most) return;
    monitor.ejectedAt = now;
    if (this.baseMs * monitor.backoff < this.maxMs) monitor.backoff += 1;
    this.ejections += 1;
  }

  /** What happens as intervals end. */
  private advance(now: number): void {
    const tick = this.tickOf(now);
    for (let at = this.ticked + 1; at <= tick; at += 1) {
      if (this.monitors.size === 0) break;
      for (const [address, monitor] of this.monitors) this.check(address, monitor, at);
    }
    if (tick > this.ticked) this.ticked = tick;
  }

  private check(address: string, monitor: Monitor, tick: number): void {
    if (monitor.ejectedAt === undefined) {
      // Each interval that it does well makes up for one ejection.
      if (monitor.backoff > 0) monitor.backoff -= 1;
      else if (isClean(monitor)) this.monitors.delete(address);
      return;
    }
    const outMs = Math.min(this.baseMs * monitor.backoff, this.maxMs);
    if (tick * this.intervalMs - monitor.ejectedAt < outMs) return;
    monitor.ejectedAt = undefined;
    resetCounters(monitor);
  }

  private get maxMs(): number {
    return Math.max(MAX_EJECTION_MS, this.baseMs);
  }

  private tickOf(now: number): number {
    return Math.floor(now / this.intervalMs);
  }
}

const NONE: ReadonlySet<string> = new Set();

const newMonitor = (): Monitor => ({
  serverErrors: 0,
  gatewayErrors: 0,
  localFailures: 0,
  backoff: 0,
  ejectedAt: undefined,
});

function resetCounters(monitor: Monitor): void {
  monitor.serverErrors = 0;
  monitor.gatewayErrors = 0;
  monitor.localFailures = 0;
}

const isClean = ({ serverErrors, gatewayErrors, localFailures }: Monitor): boolean =>
  serverErrors + gatewayErrors + localFailures === 0;

const durationOf = (text: string | undefined): number | undefined =>
  (text === undefined ? undefined : parseDuration(text)) || undefined;
