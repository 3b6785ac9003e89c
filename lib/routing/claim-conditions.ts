import { textsOfClaim } from "@/lib/istio/token-claims";
import type { StringMatch } from "@/lib/istio/virtual-service";
import type { RequestCondition } from "./request-condition";
import { stringMatcher } from "./string-matcher";

const PREFIX = "@request.auth.claims";

/**
 * The claim that a header's name in a match stands for: `@request.auth.claims.a.b`, or
 * `@request.auth.claims[a][b]` for names with dots in them; undefined for a mere header. Source:
 * istiod's ToRoutingClaim.
 */
export function claimPath(name: string): readonly string[] | undefined {
  if (!name.toLowerCase().startsWith(PREFIX)) return undefined;
  const rest = name.slice(PREFIX.length);
  const names = rest.startsWith(".")
    ? rest.slice(1).split(".")
    : /^\[.*\]$/.test(rest)
      ? rest.slice(1, -1).split("][")
      : [];
  return names.length > 0 && names.every(Boolean) ? names : undefined;
}

/**
 * A match on a claim of the token that the proxy has accepted: on its text, or any text of its list.
 * Without a token nothing is known, so only an inverted match holds: Envoy inverts the whole of it.
 */
export function claimCondition(
  field: string,
  names: readonly string[],
  wanted: StringMatch,
  inverted: boolean,
): RequestCondition {
  const matcher = stringMatcher(wanted);
  return {
    field,
    wants: inverted ? `not ${matcher.wants}` : matcher.wants,
    actual: ({ claims }) => textsOfClaim(claims, names).join(", ") || undefined,
    holds: ({ claims }) =>
      textsOfClaim(claims, names).some((text) => matcher.test(text)) !== inverted,
  };
}
