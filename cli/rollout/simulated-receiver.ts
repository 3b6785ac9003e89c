import type { CanaryRollout } from "@/lib/rollout/plan";

/** A notification that the receiver of a plan got. */
export interface ToldNotification {
  readonly t: number;
  readonly id: string;
  readonly event: string;
  readonly severity: string;
  readonly message: string;
}

/** What takes the notifications of a simulation, in place of the addresses that the plans name. */
export interface SimulatedReceiver {
  readonly post: typeof fetch;
  /** What came of a rollout, in its order; undefined where its plan names no receiver. */
  of(rollout: CanaryRollout): readonly ToldNotification[] | undefined;
}

/** A receiver that takes everything at once. */
export function simulatedReceiver(second: () => number, stir: () => void): SimulatedReceiver {
  const got: { readonly rollout: string; readonly told: ToldNotification }[] = [];
  return {
    post(_, { body } = {}) {
      stir();
      if (typeof body !== "string") throw new TypeError("notifications are posted as text");
      const { rollout, id, event, severity, message } = JSON.parse(body) as Payload;
      const told = { t: second(), id, event, severity, message };
      got.push({ rollout: `${rollout.namespace}/${rollout.name}`, told });
      return Promise.resolve(new Response(null, { status: 204 }));
    },
    of(rollout) {
      if (!namesReceiver(rollout)) return undefined;
      const { metadata } = rollout;
      const key = `${metadata.namespace}/${metadata.name}`;
      return got.flatMap(({ rollout, told }) => (rollout === key ? [told] : []));
    },
  };
}

/** Whether a plan says whom to tell. */
export const namesReceiver = ({ spec }: CanaryRollout): boolean =>
  spec.notifications !== undefined ||
  spec.analysis.webhooks.some(({ type }) => type === "event" || type === "post-rollout");

interface Payload extends Omit<ToldNotification, "t"> {
  readonly rollout: { readonly namespace: string; readonly name: string };
}
