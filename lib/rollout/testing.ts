import { type Instant, instant } from "@/lib/base/units";
import { applyJsonPatch } from "@/lib/k8s/json-patch";
import type { KubeObject } from "@/lib/k8s/object";
import { next } from "./machine";
import type { CanaryRollout, CanaryRolloutInput } from "./plan";
import { parseRollout } from "./plan";
import { isRefusal } from "./route-target";
import { type Command, type CommandType, initialStatus, type RolloutStatus } from "./status";
import type { Action, Measurement, Observed, WriteReport } from "./transition";
import { type DestinationWeight, planWeights } from "./weight-patch";
import { NO_COUNTS, type VersionCounts } from "./window";

type SpecInput = CanaryRolloutInput["spec"];

/** Seconds as instants; the virtual world begins at 0. */
const at = (seconds: number): Instant => instant(seconds * 1000);

/** The base rollout of rollouts.md section 7 (S0), with changes. @throws on an invalid plan */
export function aRollout(changes: Partial<SpecInput> = {}): CanaryRollout {
  const parsed = parseRollout({
    apiVersion: "quarterdeck.dev/v1alpha1",
    kind: "CanaryRollout",
    metadata: { name: "reviews-v2", namespace: "shop" },
    spec: {
      target: { virtualService: "reviews", route: { name: "primary" }, host: "reviews" },
      stable: { subset: "v1" },
      canary: { subset: "v2" },
      steps: [10, 25, 50, 100].map((weight) => ({ weight, hold: 60 })),
      ...changes,
      analysis: { successRate: { min: 99 }, p99: { maxMs: 500 }, ...changes.analysis },
    },
  });
  if ("problems" in parsed) throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.rollout;
}

/** One destination of the reviews host. */
export const to = (subset: string, weight?: number) => ({
  destination: { host: "reviews", subset },
  ...(weight === undefined ? {} : { weight }),
});

/** A VirtualService of the reviews host whose first route is named `primary`. */
export const aVirtualService = (
  route: readonly unknown[] = [to("v1", 100), to("v2", 0)],
  more: readonly unknown[] = [],
): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "reviews", namespace: "shop", resourceVersion: "1" },
  spec: { hosts: ["reviews"], http: [{ name: "primary", route }, ...more] },
});

/** What one version does in one second at the given second; what is left out is healthy. */
export interface Behaviour {
  /** Requests/s; its part of `totalRps` where absent. */
  readonly rps?: number;
  /** 0 to 1. */
  readonly errorRate?: number;
  readonly p99?: number;
  /** Part of the requests that the client could not deliver, 0 to 1. */
  readonly undelivered?: number;
}

/** What is done from outside at a second. */
export type Event =
  | {
      readonly at: number;
      readonly command: CommandType;
      readonly force?: true;
      readonly id?: string;
    }
  | { readonly at: number; readonly edit: (live: KubeObject) => KubeObject };

/** A world in which a rollout runs. */
export interface World {
  readonly rollout?: CanaryRollout;
  readonly virtualService?: KubeObject;
  readonly totalRps?: number;
  readonly traffic?: (t: number, role: "stable" | "canary") => Behaviour;
  /** Whether Prometheus answers at that second. */
  readonly prometheus?: (t: number) => boolean;
  readonly events?: readonly Event[];
  /** Seconds after a write during which reads still show the object of before. */
  readonly readLag?: number;
  readonly ready?: (t: number) => { stable: number; canary: number };
  readonly until: number;
}

/** What happened, with times in seconds. */
export interface Story {
  /** `stable/canary@T`, third destinations after the canary. */
  readonly writes: string[];
  readonly checks: string[];
  readonly status: RolloutStatus;
  readonly virtualService: KubeObject;
}

interface Second {
  readonly t: number;
  readonly stable: VersionCounts;
  readonly canary: VersionCounts;
}

/** Runs a rollout against a virtual API server and virtual traffic, second by second. */
export function simulate(world: World): Story {
  const rollout = world.rollout ?? aRollout();
  let live = world.virtualService ?? aVirtualService();
  let shown = { object: live, until: 0 };
  let status = initialStatus("ana", at(0));
  let version = 1;
  const commands: Command[] = [];
  const writes: string[] = [];
  const seconds: Second[] = [];

  const KEY = "VirtualService shop/reviews";
  const write = (t: number, { goal, stage }: Extract<Action, { type: "write" }>): WriteReport => {
    const snapshot = status.snapshots[KEY];
    const plan = planWeights(live, rollout.spec, { ...goal, snapshot });
    if (isRefusal(plan)) throw new Error(plan.message);
    if (plan.patch.length > 0) {
      shown = { object: live, until: t + (world.readLag ?? 0) };
      live = stored(applyJsonPatch(live, plan.patch) as KubeObject, (version += 1));
      writes.push(`${weightsOf(plan.after)}@${t}`);
    }
    const { before, after } = plan;
    const opId = "op" in status.state ? status.state.op.id : "";
    const versions = { [KEY]: String(version) };
    return { opId, outcome: "written", versions, stage, before, after };
  };

  for (let t = 0; t <= world.until; t += 1) {
    for (const event of (world.events ?? []).filter((e) => e.at === t)) {
      if ("edit" in event) live = stored(event.edit(live), (version += 1));
      else commands.push(commandOf(event, commands.length));
    }
    let report: WriteReport | undefined;
    let measurement: Measurement | undefined;
    for (let quiet = false, turns = 0; !quiet; turns += 1) {
      if (turns > 50) throw new Error(`the machine does not come to rest at ${t} s`);
      const observed: Observed = {
        commands: [...commands],
        objects: new Map([[KEY, t < shown.until ? shown.object : live]]),
        write: report,
        measurement,
        ready: world.ready?.(t),
      };
      const transition = next(rollout, status, observed, at(t));
      quiet = transition.status === status;
      status = transition.status;
      report = measurement = undefined;
      for (const action of transition.actions) {
        if (action.type === "write") report = write(t, action);
        if (action.type === "measure") measurement = measure(world, seconds, [action.from, t]);
        if (action.type !== "wake") quiet = false;
      }
    }
    seconds.push(second(world, live, t));
  }
  return {
    writes,
    checks: status.checks.map((check) => `${check.verdict}@${check.at / 1000}`),
    status,
    virtualService: live,
  };
}

const commandOf = (event: Extract<Event, { command: CommandType }>, count: number): Command => ({
  id: event.id ?? `c${count}`,
  type: event.command,
  by: "ana",
  at: at(event.at),
  ...(event.force ? { force: true } : {}),
});

const stored = (object: KubeObject, version: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(version) },
});

const ORDER = { stable: 0, canary: 1, other: 2 } as const;

function weightsOf(weights: readonly DestinationWeight[]): string {
  const ordered = weights.toSorted((a, b) => ORDER[a.role] - ORDER[b.role]);
  const text = ordered.map(({ weight }) => weight).join("/");
  return ordered.some(({ role }) => role === "canary") ? text : `${text}/0`;
}

function second(world: World, live: KubeObject, t: number): Second {
  const plan = planWeights(live, (world.rollout ?? aRollout()).spec, { percent: 1 });
  const weight = (role: "stable" | "canary") =>
    isRefusal(plan) ? 0 : (plan.before.find((part) => part.role === role)?.weight ?? 0);
  const counts = (role: "stable" | "canary"): VersionCounts => {
    const behaviour = world.traffic?.(t, role) ?? {};
    const requests = behaviour.rps ?? ((world.totalRps ?? 100) * weight(role)) / 100;
    const undelivered = requests * (behaviour.undelivered ?? 0);
    const failures = requests * (behaviour.errorRate ?? 0.001) + undelivered;
    const p99 = behaviour.p99 ?? 120;
    return {
      requests,
      failures,
      undelivered,
      p50: 40,
      p95: 90,
      p99: requests > 0 ? p99 : null,
      buckets: [],
    };
  };
  return { t, stable: counts("stable"), canary: counts("canary") };
}

function measure(
  world: World,
  seconds: readonly Second[],
  [from, to]: readonly [Instant, number],
): Measurement {
  if (world.prometheus?.(to) === false) return { error: "503 Service Unavailable", from };
  const window = seconds.filter(({ t }) => t * 1000 >= from && t < to);
  const sum = (role: "stable" | "canary"): VersionCounts =>
    window
      .map((each) => each[role])
      .reduce(
        (a, b) => ({
          requests: a.requests + b.requests,
          failures: a.failures + b.failures,
          undelivered: a.undelivered + b.undelivered,
          p50: b.p50,
          p95: b.p95,
          p99: b.p99 ?? a.p99,
          buckets: [],
        }),
        NO_COUNTS,
      );
  const counts = { stable: sum("stable"), canary: sum("canary"), others: 0, unattributed: 0 };
  return { window: { from, to: at(to), ...counts } };
}
