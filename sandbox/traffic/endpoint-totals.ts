import type { EndpointStats } from "@/sandbox/contracts";

const NONE: EndpointStats = { requests: 0, errors: 0, active: 0 };

/** Counts what each proxy sent to each endpoint, for its admin pages. */
export class EndpointTotals {
  private readonly totals = new Map<string, { requests: number; errors: number }>();

  add(pod: { readonly key: string }, cluster: string, address: string, failed: boolean): void {
    const key = `${pod.key}|${cluster}|${address}`;
    let total = this.totals.get(key);
    if (!total) {
      total = { requests: 0, errors: 0 };
      this.totals.set(key, total);
    }
    total.requests += 1;
    if (failed) total.errors += 1;
  }

  /** Requests take no virtual time as a whole, so none is ever seen under way. */
  endpoint(
    pod: { namespace: string; name: string },
    cluster: string,
    address: string,
  ): EndpointStats {
    const total = this.totals.get(`${pod.namespace}/${pod.name}|${cluster}|${address}`);
    return total ? { ...total, active: 0 } : NONE;
  }
}
