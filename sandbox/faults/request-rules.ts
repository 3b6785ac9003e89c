import type { RequestFault, RequestFaults } from "@/sandbox/contracts";
import type { FaultOf } from "./fault-spec";
import { pathTest } from "./text-pattern";

/** What may befall a request. */
type RequestSpec = FaultOf<"api-error"> | FaultOf<"api-latency"> | FaultOf<"api-half-open">;

interface Rule {
  readonly spec: RequestSpec;
  readonly concerns: (path: string) => boolean;
  readonly over: () => void;
  left: number;
}

/** Decides for each request of the API server what goes wrong with it. */
export class RequestRules implements RequestFaults {
  private readonly rules = new Set<Rule>();

  /** @param random numbers from 0 up to but not including 1 */
  constructor(private readonly random: () => number) {}

  /** Adds a rule; `over` is called when it has struck as often as it shall. Returns how to end it. */
  add(spec: RequestSpec, over: () => void): () => void {
    const left = spec.kind === "api-error" ? (spec.times ?? Infinity) : Infinity;
    const rule: Rule = { spec, concerns: pathTest(spec.path), over, left };
    this.rules.add(rule);
    return () => {
      this.rules.delete(rule);
    };
  }

  strike(request: { verb: string; path: string }): RequestFault | undefined {
    if (this.rules.size === 0) return undefined;
    let delayMs = 0;
    let then: RequestFault["then"] = "answer";
    for (const rule of [...this.rules]) {
      const { spec } = rule;
      if (spec.verb !== undefined && spec.verb !== request.verb) continue;
      if (!rule.concerns(request.path)) continue;
      if ("rate" in spec && spec.rate < 1 && this.random() >= spec.rate) continue;
      if (spec.kind === "api-latency") delayMs += spec.ms;
      else if (spec.kind === "api-half-open") then = "hang";
      else if (then === "answer") {
        then = { status: spec.status, retryAfterSeconds: spec.retryAfterSeconds };
        rule.left -= 1;
        if (rule.left <= 0) rule.over();
      }
    }
    return { delayMs, then };
  }
}
