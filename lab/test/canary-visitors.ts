import { Agent, get } from "node:http";

/** Requests per second to each host. */
const RATE = 20;

/** One request that was answered by a version. */
interface Visit {
  /** When it was sent, by `performance.now()`. */
  readonly at: number;
  readonly version: string;
}

/** Steady visitors of several hosts behind one gateway, each on a connection of its own choice. */
export interface Visitors {
  /** What the requests to a host met within a time. */
  met(host: string, from: number, to: number): { readonly all: number; readonly canary: number };
  /** Requests that were sent, and those that nobody answered or that failed. */
  counts(): { readonly sent: number; readonly failed: number };
  stop(): void;
}

/** Starts visitors; `canary` is the version that counts as such. */
export function visit(
  gateway: { readonly address: string; readonly port: number },
  hosts: readonly string[],
  canary: string,
): Visitors {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const visits = new Map(hosts.map((host) => [host, [] as Visit[]]));
  const counts = { sent: 0, failed: 0 };

  function ask(host: string): void {
    const at = performance.now();
    counts.sent += 1;
    const request = get(
      {
        host: gateway.address,
        port: gateway.port,
        path: "/",
        agent,
        headers: { host },
        timeout: 5000,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => {
          if ((response.statusCode ?? 500) >= 500) counts.failed += 1;
          const version = /"version":"([^"]+)"/.exec(text)?.[1];
          if (version !== undefined) visits.get(host)?.push({ at, version });
        });
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => (counts.failed += 1));
  }

  // Hosts take turns, so that requests come evenly.
  let turn = 0;
  const timer = setInterval(
    () => {
      const host = hosts[turn % hosts.length];
      turn += 1;
      if (host !== undefined) ask(host);
    },
    1000 / RATE / hosts.length,
  );
  return {
    met(host, from, to) {
      const inside = (visits.get(host) ?? []).filter(({ at }) => at >= from && at < to);
      return {
        all: inside.length,
        canary: inside.filter(({ version }) => version === canary).length,
      };
    },
    counts: () => ({ ...counts }),
    stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
