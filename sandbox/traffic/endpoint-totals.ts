import type { EndpointStats } from "@/sandbox/contracts";

const NONE: EndpointStats = { requests: 0, errors: 0, active: 0 };

/** Counts what each proxy sent to each endpoint, for its admin pages. */
export class EndpointTotals {
  private readonly totals = new Map<string, { requests: number; errors: number }>();

  /** @param sent by which proxy, and how many requests at once */
  add(
    sent: { readonly key: string; readonly times: number },
    cluster: string,
    address: string,
    failed: boolean,
  ): void {
    const key = `${sent.key}|${cluster}|${address}`;
    let total = this.totals.get(key);
    if (!total) {
      total = { requests: 0, errors: 0 };
      this.totals.set(key, total);
    }
    total.requests += sent.times;
    if (failed) total.errors += sent.times;
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
