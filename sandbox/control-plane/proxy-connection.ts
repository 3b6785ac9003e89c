import type { MeshView } from "@/lib/mesh/view";
import type { ProxyCondition, SimulationClock } from "@/sandbox/contracts";
import type { HeldMeshes } from "./held-mesh";
import { answerOf } from "./proxy-behaviour";
import type { ProxyPod } from "./proxy-pod";
import { answerDelay, seededUuid } from "./seeded-delay";
import { XDS_TYPES, type XdsType } from "./xds-type";

/** One push of the whole mesh: what changed is told beside it. */
export interface Push {
  /** Counts pushes since istiod started. */
  readonly number: number;
  /** `2026-11-21T06:21:24Z/864`: time and number, as istiod stamps its resources. */
  readonly version: string;
  readonly mesh: MeshView;
  /** When the first change of this push came in, ms since the epoch. */
  readonly startedAt: number;
}

/** One response that went out: the push it was made from, its nonce, and when. */
interface Sent {
  readonly push: Push;
  readonly nonce: string;
  /** ms since the epoch */
  readonly at: number;
}

/** Thousands are sent at once, and few nonces are ever read; those that are, every few seconds. */
class SentPush implements Sent {
  private made: string | undefined;

  constructor(
    private readonly stream: string,
    readonly push: Push,
    readonly at: number,
  ) {}

  get nonce(): string {
    const { version, number } = this.push;
    return (this.made ??= version + seededUuid(`${this.stream}/${number}`));
  }
}

/** What istiod knows of one type of one proxy. */
export interface Subscription {
  readonly sent: Sent | undefined;
  readonly acked: Sent | undefined;
  readonly lastError: string | undefined;
}

interface Channel {
  sent: Sent | undefined;
  acked: Sent | undefined;
  lastError: string | undefined;
  /** Sent and not answered: istiod sends no second push of the type before the answer. */
  unanswered: boolean;
  /** Held back until the answer is in. */
  next: Push | undefined;
}

/** What a connection tells the control plane about its course, for the metrics. */
export interface ConnectionEvents {
  pushed(type: XdsType): void;
  refused(type: XdsType): void;
  /** All of a push is acknowledged, `ms` of virtual time after its first change. */
  converged(ms: number): void;
}

/** What a connection lives in. */
export interface ConnectionSetting {
  readonly clock: SimulationClock;
  readonly seed: number;
  readonly events: ConnectionEvents;
  /** How much longer its istiod takes for everything just now, in ms. */
  istiodDelayMs(): number;
  condition(): ProxyCondition;
  /** Why the proxy cannot take what this mesh makes of a type; undefined where it can. */
  refusal(pod: ProxyPod, type: XdsType, mesh: MeshView): string | undefined;
}

/** The part of an answer's delay after which each type is answered: clusters first, routes last. */
const ORDER_SHARE: Readonly<Record<XdsType, number>> = {
  CDS: 0.4,
  EDS: 0.6,
  LDS: 0.8,
  RDS: 1,
  ECDS: 0.8,
};

/** One proxy's stream to istiod: what was sent, what came back, what it therefore holds. */
export class ProxyConnection {
  readonly connectedAt: number;
  readonly id: string;
  private readonly channels = new Map<XdsType, Channel>();
  private readonly answered = new Map<XdsType, { accepted: number; refused: number }>();
  private readonly cancels = new Set<() => void>();

  /**
   * @param number of this connection, counted by the control plane
   * @param first what the proxy holds until its first answer
   */
  constructor(
    private readonly setting: ConnectionSetting,
    public pod: ProxyPod,
    number: number,
    private readonly first: MeshView,
  ) {
    this.connectedAt = setting.clock.now();
    this.id = `${pod.name}.${pod.namespace}-${number}`;
  }

  /** The types that the proxy watches, with their states. */
  subscriptions(): ReadonlyMap<XdsType, Subscription> {
    return this.channels;
  }

  /** How often the proxy has taken and refused each type. */
  answers(): ReadonlyMap<XdsType, { readonly accepted: number; readonly refused: number }> {
    return this.answered;
  }

  /** By type, what the proxy holds. Before its first answer that is what it connected to. */
  held(): HeldMeshes {
    const of = (type: XdsType): MeshView => this.channels.get(type)?.acked?.push.mesh ?? this.first;
    return { CDS: of("CDS"), EDS: of("EDS"), LDS: of("LDS"), RDS: of("RDS"), ECDS: of("ECDS") };
  }

  /** Watches exactly `wanted`; a type that is new gets its first push. */
  watch(wanted: ReadonlySet<XdsType>, push: Push): void {
    for (const type of XDS_TYPES) {
      if (!wanted.has(type)) this.channels.delete(type);
      else if (!this.channels.has(type)) {
        const channel: Channel = {
          sent: undefined,
          acked: undefined,
          lastError: undefined,
          unanswered: false,
          next: undefined,
        };
        this.channels.set(type, channel);
        this.send(type, channel, push);
      }
    }
  }

  /** Sends what changed, or keeps it back while an answer is awaited. */
  push(types: ReadonlySet<XdsType>, push: Push): void {
    for (const [type, channel] of this.channels) {
      if (!types.has(type) || channel.sent?.push === push) continue;
      if (channel.unanswered) channel.next = push;
      else this.send(type, channel, push);
    }
  }

  /** Lets a proxy that was silent answer what lies before it. */
  wake(): void {
    for (const [type, channel] of this.channels) {
      if (channel.unanswered && channel.sent) this.awaitAnswer(type, channel, channel.sent);
    }
  }

  close(): void {
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }

  private send(type: XdsType, channel: Channel, push: Push): void {
    const { clock, events } = this.setting;
    channel.sent = new SentPush(`${this.id}/${type}`, push, clock.now());
    channel.unanswered = true;
    channel.next = undefined;
    events.pushed(type);
    this.awaitAnswer(type, channel, channel.sent);
  }

  private awaitAnswer(type: XdsType, channel: Channel, sent: Sent): void {
    const delay = answerDelay(this.setting.seed, this.id, sent.push.number) * ORDER_SHARE[type];
    const wait = Math.max(50, delay) + this.setting.istiodDelayMs();
    const cancel = this.setting.clock.after(wait, () => {
      this.cancels.delete(cancel);
      if (channel.sent === sent && channel.unanswered) this.answer(type, channel, sent);
    });
    this.cancels.add(cancel);
  }

  private answer(type: XdsType, channel: Channel, sent: Sent): void {
    const { clock, events } = this.setting;
    const answer = answerOf(this.pod, type, this.setting.condition());
    if (answer.kind === "silent") return;
    channel.unanswered = false;
    const refusal =
      answer.kind === "refuses"
        ? answer.error
        : this.setting.refusal(this.pod, type, sent.push.mesh);
    const { accepted = 0, refused = 0 } = this.answered.get(type) ?? {};
    this.answered.set(
      type,
      refusal === undefined
        ? { accepted: accepted + 1, refused }
        : { accepted, refused: refused + 1 },
    );
    if (refusal !== undefined) {
      channel.lastError = refusal;
      events.refused(type);
    } else {
      channel.acked = sent;
      channel.lastError = undefined;
      if (this.holds(sent.push)) events.converged(clock.now() - sent.push.startedAt);
    }
    if (channel.next) this.send(type, channel, channel.next);
  }

  /** Whether nothing of `push` is under way any more. */
  private holds(push: Push): boolean {
    return [...this.channels.values()].every(
      ({ sent, acked }) => sent?.push !== push || acked?.push === push,
    );
  }
}
