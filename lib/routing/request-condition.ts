import type { MeshRequest } from "./request";
import type { StringMatcher } from "./string-matcher";

/** One thing that a match asks of a request. */
export interface RequestCondition {
  /** `uri`, `headers[end-user]`, …: the field of the match. */
  readonly field: string;
  readonly wants: string;
  /** What the request has there; undefined where it has nothing. */
  actual(request: MeshRequest): string | undefined;
  holds(request: MeshRequest): boolean;
}

/** A condition on one value of a request. */
export const condition = (
  field: string,
  matcher: StringMatcher,
  actual: (request: MeshRequest) => string | undefined,
): RequestCondition => ({
  field,
  wants: matcher.wants,
  actual,
  holds: (request) => matcher.test(actual(request)),
});
