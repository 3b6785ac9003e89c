import { objectKey } from "@/lib/k8s/object";
import type { Endpoint } from "@/lib/mesh/endpoints";
import { CONNECTION_REFUSED } from "./connection";
import type { Forward } from "./decision";
import type { Leaving } from "./hop";
import type { JourneySetting } from "./journey-setting";

type Setting = Pick<JourneySetting, "memory" | "isAlive">;

/** What a proxy does with a request at `at` (ms), by what it remembers and who is still there. */
export function prepared(
  setting: Setting,
  leaving: Pick<Leaving, "pod" | "decision">,
  action: Forward,
  at: number,
): Forward {
  return guarded(setting, remembered(setting, leaving, action, at));
}

function remembered(
  { memory }: Setting,
  { pod, decision: { upstream } }: Pick<Leaving, "pod" | "decision">,
  action: Forward,
  at: number,
): Forward {
  const gate = upstream && memory?.gate(objectKey(pod), upstream, at);
  if (!gate) return action;
  const rest = gate.ejected.size > 0 ? action.rebalance?.(gate.ejected) : undefined;
  return { ...action, ...rest, gate };
}

/** Nobody answers at the address of a pod that is gone, until the proxies learn of it. */
function guarded(setting: Setting, action: Forward): Forward {
  if (!setting.isAlive) return action;
  return {
    ...action,
    connect: (endpoint, trace) => {
      const connection = action.connect(endpoint, trace);
      return isAlive(setting, endpoint)
        ? connection
        : { ...connection, failure: CONNECTION_REFUSED };
    },
  };
}

/** Whether anybody listens at an endpoint. */
export const isAlive = ({ isAlive: alive }: Setting, { pod }: Endpoint): boolean =>
  !pod || (alive?.(pod) ?? true);
