import { compareText } from "@/lib/base/compare-text";
import { weakMemo } from "@/lib/base/weak-memo";
import { type JwtRule, requestAuthenticationSpec } from "@/lib/istio/request-authentication";
import type { KubeObject } from "@/lib/k8s/object";
import type { JsonRecord } from "@/lib/k8s/json-value";
import type { AdmissionStep, Arrival, Refusal } from "@/lib/mesh/arrival";
import { encodeBase64 } from "./base64url";
import { claimAt } from "@/lib/istio/token-claims";
import type { JsonWebToken, TokenProblem } from "./json-web-token";
import { type CarriedToken, carriedTokens, withoutParameter } from "./token-locations";
import { AUDIENCE_PROBLEM, type TokenVerifier, UNKNOWN_ISSUER, verifyToken } from "./verify-token";

/** What the tokens of a request come to. */
export interface Authentication {
  readonly refusal: Refusal | undefined;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly path: string;
  readonly claims: JsonRecord | undefined;
}

/** One rule, and where it is written. */
interface SourcedRule {
  readonly rule: JwtRule;
  readonly object: KubeObject;
  readonly path: string;
}

/** What one rule says of a request: its tokens are good, it has none, or one is bad. */
type RuleResult =
  | { readonly type: "good"; readonly tokens: readonly JsonWebToken[] }
  | { readonly type: "missing" }
  | { readonly type: "bad"; readonly problem: TokenProblem };

type Tell = ((step: AdmissionStep) => void) | undefined;

/**
 * Checks the tokens of a request by the rules of all RequestAuthentications that go for it. A
 * request without token passes; one with a token that no rule accepts does not. Source: istiod's
 * convertToEnvoyJwtConfig and Envoy's jwt_authn filter.
 */
export function authenticate(
  policies: readonly KubeObject[],
  arrival: Arrival,
  verifier: TokenVerifier,
  tell: Tell,
): Authentication {
  const rules = policies
    .flatMap(rulesOf)
    .sort(({ rule: a }, { rule: b }) => compareText(a.issuer ?? "", b.issuer ?? ""));
  if (rules.length === 0 || isPreflight(arrival)) return untouched(arrival);
  const results = rules.map((sourced) => resultOf(sourced, arrival, verifier, tell));
  const good = results.findIndex(({ type }) => type === "good");
  const problem = good < 0 ? refusedToken(rules, arrival, verifier) : undefined;
  if (problem !== undefined) {
    return { ...untouched(arrival), refusal: refusalOf(problem, arrival) };
  }
  return outputs(rules, results, good, arrival);
}

const untouched = ({ path }: Arrival): Authentication => ({
  refusal: undefined,
  headers: {},
  path,
  claims: undefined,
});

const rulesOf = weakMemo((object: KubeObject): readonly SourcedRule[] =>
  (requestAuthenticationSpec(object).jwtRules ?? []).map((rule, index) => ({
    rule,
    object,
    path: `spec.jwtRules[${index}]`,
  })),
);

const isPreflight = ({ method, headers }: Arrival): boolean =>
  method === "OPTIONS" &&
  headers["origin"] !== undefined &&
  headers["access-control-request-method"] !== undefined;

function resultOf(
  { rule, object, path }: SourcedRule,
  arrival: Arrival,
  verifier: TokenVerifier,
  tell: Tell,
): RuleResult {
  const carried = carriedTokens(rule, arrival);
  const verified = carried.map(({ text }) => verifyToken(text, rule, verifier));
  const problem = verified.find((one) => typeof one === "string");
  const why =
    carried.length === 0
      ? `the request carries no token where the rule of ${rule.issuer ?? "any issuer"} looks`
      : (problem ?? `the token of ${rule.issuer ?? "its issuer"} is good`);
  tell?.({ taken: carried.length > 0 && problem === undefined, object, path, why });
  if (carried.length === 0) return { type: "missing" };
  if (problem !== undefined) return { type: "bad", problem };
  return { type: "good", tokens: verified.filter((one) => typeof one !== "string") };
}

/**
 * Why a request is refused of which no rule finds all its tokens good; undefined where it carries
 * none. Each token is told by the rule of its issuer, as far as that rule looks there.
 */
function refusedToken(
  rules: readonly SourcedRule[],
  arrival: Arrival,
  verifier: TokenVerifier,
): TokenProblem | undefined {
  const places = new Map<string, { readonly text: string; readonly rules: JwtRule[] }>();
  for (const { rule } of rules) {
    for (const { text, header = "", parameter = "" } of carriedTokens(rule, arrival)) {
      const key = `${header}/${parameter}/${text}`;
      const place = places.get(key) ?? { text, rules: [] };
      place.rules.push(rule);
      places.set(key, place);
    }
  }
  for (const place of places.values()) {
    const problems = place.rules.map((rule) => verifyToken(place.text, rule, verifier));
    if (problems.some((problem) => typeof problem !== "string")) continue;
    const told = problems.filter((problem) => typeof problem === "string");
    return told.find((problem) => problem !== UNKNOWN_ISSUER) ?? told[0];
  }
  return undefined;
}

/** What an accepted rule leaves in the request: headers, and the token itself only if asked for. */
function outputs(
  rules: readonly SourcedRule[],
  results: readonly RuleResult[],
  accepted: number,
  arrival: Arrival,
): Authentication {
  const headers: Record<string, string | null> = {};
  for (const { rule } of rules) {
    for (const name of outputHeaders(rule)) if (arrival.headers[name]) headers[name] = null;
  }
  const rule = rules[accepted]?.rule;
  const result = results[accepted];
  if (!rule || result?.type !== "good") return { ...untouched(arrival), headers };
  let { path } = arrival;
  for (const token of result.tokens) {
    const { outputPayloadToHeader: payload } = rule;
    if (payload) headers[payload.toLowerCase()] = token.encodedPayload;
    for (const { header, claim } of rule.outputClaimToHeaders ?? []) {
      if (!header || !claim) continue;
      const value = headerValue(claimAt(token.claims, claim.split(".")));
      if (value !== undefined) headers[header.toLowerCase()] = value;
    }
  }
  for (const carried of rule.forwardOriginalToken ? [] : carriedTokens(rule, arrival)) {
    if (carried.header) headers[carried.header] = null;
    path = pathWithout(carried, path);
  }
  return { refusal: undefined, headers, path, claims: result.tokens.at(-1)?.claims };
}

const pathWithout = ({ parameter }: CarriedToken, path: string): string =>
  parameter === undefined ? path : withoutParameter(path, parameter);

const outputHeaders = (rule: JwtRule): readonly string[] =>
  [
    rule.outputPayloadToHeader,
    ...(rule.outputClaimToHeaders ?? []).map(({ header }) => header),
  ].flatMap((name) => (name ? [name.toLowerCase()] : []));

function headerValue(claim: unknown): string | undefined {
  switch (typeof claim) {
    case "string":
      return claim;
    case "number":
    case "boolean":
      return String(claim);
    case "object":
      return claim === null ? undefined : encodeBase64(JSON.stringify(claim));
    default:
      return undefined;
  }
}

function refusalOf(problem: TokenProblem, { scheme, authority, path }: Arrival): Refusal {
  const realm = `${scheme}://${authority}${path.slice(0, 256)}`;
  return {
    status: problem === AUDIENCE_PROBLEM ? 403 : 401,
    details: `jwt_authn_access_denied{${problem.replace(/\s/g, "_")}}`,
    body: problem,
    headers: { "www-authenticate": `Bearer realm="${realm}", error="invalid_token"` },
    flags: [],
  };
}
