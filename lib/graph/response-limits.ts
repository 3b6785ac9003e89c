import type { Protocol, ResponseShare } from "./mesh-graph";
import { isFailure } from "./traffic";

/** From which share of requests on some responses are amber, and red. */
export interface ErrorLimits {
  /** Shares in [0, 1]. */
  readonly degraded: number;
  readonly failing: number;
  /** Fewer such requests than this in the window are chance, and degrade at most. */
  readonly failuresToFail: number;
  /** Which responses are meant (`503`, `4xx`, `*`); undefined for those that count as errors. */
  readonly codes?: string;
  /** Of which protocol; undefined for both. */
  readonly protocol?: Exclude<Protocol, "tcp">;
  /** From how many times its latency of a while ago on it is amber, and red. */
  readonly slower?: SlowerLimits;
  /** Who set them; undefined for the standard ones. */
  readonly setBy?: string;
}

/** By how much requests may take longer than they did. */
interface SlowerLimits {
  readonly degraded: number;
  readonly failing: number;
}

/** The limits that hold unless someone sets others. */
export const SLOWER_LIMITS: SlowerLimits = { degraded: 2, failing: 5 };

/** The limits that hold unless someone sets others. */
export const ERROR_LIMITS: ErrorLimits = { degraded: 0.01, failing: 0.05, failuresToFail: 3 };

/** Requests that limits are about, and those of them that ended as the limits say. */
export interface Counted {
  /** Per second. */
  readonly all: number;
  readonly meant: number;
}

/** Counts the responses that `limits` are about. */
export function countMeant(limits: ErrorLimits, responses: readonly ResponseShare[]): Counted {
  const asked = responses.filter(
    ({ grpcStatus }) =>
      limits.protocol === undefined || (grpcStatus !== undefined) === (limits.protocol === "grpc"),
  );
  const sum = (some: readonly ResponseShare[]) =>
    some.reduce((total, { requestsPerSecond }) => total + requestsPerSecond, 0);
  return { all: sum(asked), meant: sum(asked.filter((response) => isMeant(limits, response))) };
}

function isMeant({ codes }: ErrorLimits, response: ResponseShare): boolean {
  if (codes === undefined) return isFailure(response);
  const { code, grpcStatus } = response;
  return [code, ...(grpcStatus === undefined ? [] : [grpcStatus])].some((value) =>
    codeMatches(codes, value),
  );
}

/** Whether `pattern` means `code`; an `x` is any digit. */
const codeMatches = (pattern: string, code: string): boolean =>
  pattern === "*" ||
  (pattern.length === code.length &&
    [...pattern].every((sign, index) => sign.toLowerCase() === "x" || sign === code[index]));
