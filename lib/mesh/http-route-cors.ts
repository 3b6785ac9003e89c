import type { HttpRouteFilter } from "@/lib/istio/http-route";
import type { CorsPolicy, StringMatch } from "@/lib/istio/virtual-service";

/** `scheme://host:port`, which a lone `*` stands for. */
const ANY_ORIGIN = "^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$";

/**
 * The CORS filter of an HTTPRoute as a policy of a VirtualService: preflights that it does not allow
 * are answered all the same. Source: istiod's createCorsFilter.
 */
export function convertedCors(filter: NonNullable<HttpRouteFilter["cors"]>): CorsPolicy {
  const { allowOrigins = [], allowCredentials, maxAge, ...lists } = filter;
  return {
    allowOrigins: allowOrigins.filter((origin) => origin !== "").map(originMatch),
    ...(allowCredentials && { allowCredentials }),
    ...lists,
    ...(maxAge !== undefined && maxAge > 0 && { maxAge: `${maxAge}s` }),
    unmatchedPreflights: "IGNORE",
  };
}

function originMatch(origin: string): StringMatch {
  if (origin === "*") return { regex: ANY_ORIGIN };
  const stars = origin.split("*").length - 1;
  if (stars === 0) return { exact: origin };
  if (stars === 1 && origin.endsWith("*")) return { prefix: origin.slice(0, -1) };
  const quoted = origin.split("*").map((part) => part.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&"));
  return { regex: `^${quoted.join(".*")}$` };
}
