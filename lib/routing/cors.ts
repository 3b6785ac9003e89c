import { parseDuration } from "@/lib/istio/duration";
import type { CorsPolicy } from "@/lib/istio/virtual-service";
import type { MeshRequest } from "./request";
import { stringMatcher } from "./string-matcher";

type Headers = Readonly<Record<string, string>>;

/** What a route's CORS policy makes of a request. */
export interface Cors {
  /** Whether the proxy answers by itself: a preflight that it does not send on. */
  readonly preflight: boolean;
  /** Headers of the answer, be it the proxy's own or not. */
  readonly headers: Headers;
}

const UNTOUCHED: Cors = { preflight: false, headers: {} };

/** Judges a request by a CORS policy. Source: Envoy's cors filter, and istiod's TranslateCORSPolicy. */
export function cors(policy: CorsPolicy | undefined, request: MeshRequest): Cors {
  const origin = request.headers["origin"];
  if (!policy || !origin) return UNTOUCHED;
  const allowed = isAllowed(policy, origin);
  const credentials = policy.allowCredentials ? { "access-control-allow-credentials": "true" } : {};
  const simple: Headers = allowed
    ? {
        "access-control-allow-origin": origin,
        ...credentials,
        ...listed("access-control-expose-headers", policy.exposeHeaders),
      }
    : {};
  const method = request.headers["access-control-request-method"];
  const preflight = request.method === "OPTIONS" && Boolean(method);
  if (!preflight || (!allowed && policy.unmatchedPreflights !== "IGNORE")) {
    return { preflight: false, headers: simple };
  }
  const requested = request.headers["access-control-request-headers"];
  const headers = {
    ...simple,
    ...credentials,
    ...echoed("access-control-allow-methods", policy.allowMethods, method),
    ...echoed("access-control-allow-headers", policy.allowHeaders, requested),
    ...maxAge(policy),
  };
  return { preflight: true, headers };
}

/** An exact `*` takes every origin; so does whatever matches a literal `*`. */
function isAllowed({ allowOrigins, allowOrigin = [] }: CorsPolicy, origin: string): boolean {
  const matches = allowOrigins?.length ? allowOrigins : allowOrigin.map((exact) => ({ exact }));
  return matches.some((match) => {
    const matcher = stringMatcher(match);
    return matcher.test("*") || matcher.test(origin);
  });
}

const listed = (name: string, values: readonly string[] | undefined): Headers =>
  values?.length ? { [name]: values.join(",") } : {};

/** A lone `*` stands for whatever was asked for. */
function echoed(
  name: string,
  values: readonly string[] | undefined,
  asked: string | undefined,
): Headers {
  const list = (values ?? []).join(",");
  if (list !== "*") return listed(name, values);
  return { [name]: asked ?? "" };
}

function maxAge({ maxAge: given }: CorsPolicy): Headers {
  const length = given === undefined ? undefined : parseDuration(given);
  if (length === undefined) return {};
  return { "access-control-max-age": String(Math.floor(length / 1000)) };
}
