import type { KubeObject } from "@/lib/k8s/object";
import { isRecord } from "@/lib/k8s/json-value";
import { phaseOf } from "@/lib/rollout/public-phase";
import { type LedgerEntry, RolloutStatus } from "@/lib/rollout/status";
import type { ToldNotification } from "./simulated-receiver";

/** A write of the engine that the API server took. */
export interface ToldWrite {
  readonly t: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly opId: string;
  readonly epoch: number;
}

/** A phase that a rollout came into. */
export interface ToldPhase {
  readonly t: number;
  readonly phase: string;
  readonly reason: string;
  readonly step: number;
  readonly message?: string;
}

/** A check that was counted. */
export interface ToldCheck {
  readonly t: number;
  readonly verdict: string;
  readonly reason: string;
  readonly values: Readonly<Record<string, number | null>>;
}

/** A decision, with what it rests on. */
export interface ToldDecision extends Omit<LedgerEntry, "at"> {
  readonly t: number;
}

/** What happened to one rollout, as the file of a simulation asks for it. */
export interface Story {
  readonly rollout: string;
  readonly writes: readonly ToldWrite[];
  readonly phases: readonly ToldPhase[];
  readonly checks: readonly ToldCheck[];
  readonly ledger: readonly ToldDecision[];
  /** What was shown before the start, where nothing else was asked for. */
  readonly preview?: unknown;
  /** What became of the plan over past traffic, where the file asks for it. */
  readonly backtest?: unknown;
  /** What the receiver that the plan names was told; absent where it names none. */
  readonly notifications?: readonly ToldNotification[];
  readonly final: { readonly phase: string; readonly weights: Readonly<Record<string, number>> };
}

/** Keeps what happens to one rollout. */
export class StoryTeller {
  readonly writes: ToldWrite[] = [];
  readonly phases: ToldPhase[] = [];
  readonly checks: ToldCheck[] = [];
  readonly ledger: ToldDecision[] = [];
  preview: unknown;
  backtest: unknown;
  notifications: readonly ToldNotification[] | undefined;
  private lastDecision: LedgerEntry | undefined;
  status: RolloutStatus | undefined;
  private lastCheck = -Infinity;
  private lastWeights = "";

  constructor(
    readonly key: string,
    private readonly second: () => number,
    private readonly start: number,
  ) {}

  /** The status was stored. */
  sees(status: RolloutStatus): void {
    const { phase, reason, step, message } = phaseOf(status);
    const last = this.phases.at(-1);
    if (last?.phase !== phase || last.reason !== reason || last.step !== step) {
      const told = { t: this.second(), phase, reason, step };
      this.phases.push(message === undefined ? told : { ...told, message });
    }
    for (const check of status.checks) {
      if (check.at <= this.lastCheck) continue;
      this.lastCheck = check.at;
      const { verdict, reason: why, values } = check;
      const t = Math.floor((check.at - this.start) / 1000);
      this.checks.push({ t, verdict, reason: why, values: { ...values, ...check.numbers } });
    }
    this.keepDecisions(status);
    this.status = status;
  }

  /** These weights stood there before anybody wrote. */
  sawWeights(weights: Readonly<Record<string, number>>): void {
    this.lastWeights = JSON.stringify(weights);
  }

  /** Whether these weights are others than those that were told last. */
  isNews(weights: Readonly<Record<string, number>> | undefined): boolean {
    return weights !== undefined && JSON.stringify(weights) !== this.lastWeights;
  }

  /** The engine wrote `object`. */
  wrote(object: KubeObject, weights: Readonly<Record<string, number>>): void {
    this.lastWeights = JSON.stringify(weights);
    const { kind, metadata } = object;
    const { state, epoch = 0 } = this.status ?? {};
    this.writes.push({
      t: this.second(),
      kind,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      weights,
      opId: state && "op" in state ? state.op.id : "",
      epoch,
    });
  }

  /** It was refused before it was stored. */
  rejected(reason: string, message: string): void {
    this.phases.push({ t: this.second(), phase: "Rejected", reason, step: 0, message });
  }

  /** The decisions of all statuses that were seen: a status itself keeps the latest only. */
  private keepDecisions({ ledger }: RolloutStatus): void {
    const known = ledger.indexOf(this.lastDecision as LedgerEntry);
    const from = known >= 0 ? known + 1 : this.placeOf(ledger);
    for (const { at, ...entry } of ledger.slice(from)) {
      this.ledger.push({ t: Math.floor((at - this.start) / 1000), ...entry });
    }
    this.lastDecision = ledger.at(-1) ?? this.lastDecision;
  }

  /** The place in a list that was read anew behind the last decision that is known. */
  private placeOf(ledger: readonly LedgerEntry[]): number {
    const text = JSON.stringify(this.lastDecision);
    return ledger.findLastIndex((entry) => JSON.stringify(entry) === text) + 1;
  }

  tell(weights: Readonly<Record<string, number>>): Story {
    const { key: rollout, writes, phases, checks, ledger, preview, backtest, notifications } = this;
    return {
      rollout,
      writes,
      phases,
      checks,
      ledger,
      ...(preview === undefined ? {} : { preview }),
      ...(backtest === undefined ? {} : { backtest }),
      ...(notifications === undefined ? {} : { notifications }),
      final: { phase: phases.at(-1)?.phase ?? "Pending", weights },
    };
  }
}

/** The status that an object holds of a rollout, and which; undefined for any other object. */
export function storedStatus(
  object: KubeObject,
): { readonly key: string; readonly status: RolloutStatus } | undefined {
  const { namespace = "", name, labels = {} } = object.metadata;
  const { data, status } = object;
  if (object.kind === "CanaryRollout") {
    return read(`${namespace}/${name}`, isRecord(status) ? status["engine"] : undefined);
  }
  const rollout = labels["quarterdeck.dev/rollout"];
  if (object.kind !== "ConfigMap" || !rollout || !isRecord(data)) return undefined;
  const text = data["status"];
  return typeof text === "string" ? read(`${namespace}/${rollout}`, JSON.parse(text)) : undefined;
}

function read(key: string, value: unknown) {
  const parsed = RolloutStatus.safeParse(value);
  return parsed.success ? { key, status: parsed.data } : undefined;
}
