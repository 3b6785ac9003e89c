import { AppError } from "@/lib/base/errors";
import type { KubeObject } from "@/lib/k8s/object";
import type { ApiRequest, Transport } from "@/server/cluster/transport";
import type { VirtualTime } from "./virtual-time";

/** What a request is about, as far as the cost of a step goes. */
export type RequestKind = "weights" | "dryRun" | "status" | "reads" | "other";

/** What a request is about. */
export function kindOf({
  method,
  path,
  query = {},
}: Pick<ApiRequest, "method" | "path" | "query">): RequestKind {
  if (TRAFFIC.test(path)) {
    if (method === "GET") return "reads";
    return query["dryRun"] === undefined ? "weights" : "dryRun";
  }
  return method === "PUT" && RECORDS.test(path) ? "status" : "other";
}

/** Paths of what keeps a rollout's state. */
const RECORDS = /\/(configmaps|canaryrollouts)\//;

/** Paths of what the engine writes to traffic. */
const TRAFFIC = /\/apis\/(networking\.istio\.io|gateway\.networking\.k8s\.io)\//;

/**
 * Requests of the product's processes, with what happens to them: writes that were taken are told,
 * for `readLag` seconds after one, reads give the object of before, and while the server is down
 * nothing is answered.
 */
export function watchedTransport(
  transport: Transport,
  time: VirtualTime,
  {
    readLag,
    isDown,
    wrote,
    count,
  }: {
    readonly readLag: number;
    readonly isDown: (second: number) => boolean;
    readonly wrote: (object: KubeObject) => void;
    /** Counts every request that reaches the server. */
    readonly count: Record<RequestKind, number>;
  },
): Transport {
  const mustAnswer = () => {
    if (isDown(time.second())) throw new AppError("unavailable", "the API server does not answer");
  };
  const old = new Map<string, { readonly text: string; readonly until: number }>();

  async function before(request: ApiRequest): Promise<string | undefined> {
    if (readLag === 0) return undefined;
    const { path, timeout, doing } = request;
    return (await transport.request({ method: "GET", path, timeout, doing })).text;
  }

  return {
    async request(request) {
      mustAnswer();
      count[kindOf(request)] += 1;
      const { method, path, query = {} } = request;
      const shown = method === "GET" ? old.get(path) : undefined;
      if (shown && time.second() < shown.until) {
        return { contentType: "application/json", warnings: [], text: shown.text };
      }
      const isWrite = method !== "GET" && TRAFFIC.test(path) && query["dryRun"] === undefined;
      const text = isWrite ? await before(request) : undefined;
      const answer = await transport.request(request);
      if (isWrite && method !== "DELETE") wrote(JSON.parse(answer.text) as KubeObject);
      if (text !== undefined) old.set(path, { text, until: time.second() + readLag });
      return answer;
    },
    async stream(request) {
      mustAnswer();
      return transport.stream(request);
    },
    close: () => transport.close(),
  };
}
