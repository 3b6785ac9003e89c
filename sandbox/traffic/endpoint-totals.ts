/** How many requests an endpoint got, and how many of them failed. */
interface EndpointTotal {
  readonly requests: number;
  readonly errors: number;
}

const NONE: EndpointTotal = { requests: 0, errors: 0 };

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

  endpoint(
    pod: { namespace: string; name: string },
    cluster: string,
    address: string,
  ): EndpointTotal {
    return this.totals.get(`${pod.namespace}/${pod.name}|${cluster}|${address}`) ?? NONE;
  }
}
