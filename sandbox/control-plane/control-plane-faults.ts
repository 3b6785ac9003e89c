import type { ControlPlaneFaults, IstiodCondition, ProxyCondition } from "@/sandbox/contracts";

/** What happens when a condition changes. */
interface Effects {
  istiodChanged(): void;
  proxyChanged(pod: { namespace: string; name: string }): void;
}

const HEALTHY = { kind: "healthy" } as const;
const EVERY_ISTIOD = "*";

const keyOf = ({ namespace, name }: { namespace: string; name: string }): string =>
  `${namespace}/${name}`;

/** What is broken in the control plane on purpose, and until when certificates are good. */
export class FaultBoard implements ControlPlaneFaults {
  private readonly istiods = new Map<string, IstiodCondition>();
  private readonly proxies = new Map<string, ProxyCondition>();
  private readonly validity = new Map<
    string,
    { readonly until: number; readonly version: number }
  >();
  private effects: Effects | undefined;
  private versions = 0;

  constructor(private readonly now: () => number) {}

  /** Who must hear of changes. */
  notify(effects: Effects): void {
    this.effects = effects;
  }

  istiod(pod: string, condition: IstiodCondition): void {
    if (pod === EVERY_ISTIOD) this.istiods.clear();
    this.istiods.set(pod, condition);
    this.effects?.istiodChanged();
  }

  proxy(pod: { namespace: string; name: string }, condition: ProxyCondition): void {
    this.proxies.set(keyOf(pod), condition);
    this.effects?.proxyChanged(pod);
  }

  certificate(
    pod: { namespace: string; name: string } | "root",
    validMs: number | undefined,
  ): void {
    const key = pod === "root" ? pod : keyOf(pod);
    if (validMs === undefined) this.validity.delete(key);
    else this.validity.set(key, { until: this.now() + validMs, version: ++this.versions });
  }

  conditionOfIstiod(pod: string): IstiodCondition {
    return this.istiods.get(pod) ?? this.istiods.get(EVERY_ISTIOD) ?? HEALTHY;
  }

  conditionOfProxy(pod: { namespace: string; name: string }): ProxyCondition {
    return this.proxies.get(keyOf(pod)) ?? HEALTHY;
  }

  /** Until when the certificate that this proxy was made to have is good; undefined for a usual one. */
  validityOf(pod: { namespace: string; name: string } | "root") {
    return this.validity.get(pod === "root" ? pod : keyOf(pod));
  }
}
