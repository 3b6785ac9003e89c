import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { weakMemo } from "@/lib/base/weak-memo";
import type { JwtRule } from "@/lib/istio/request-authentication";
import { type JsonWebToken, parseToken, type TokenProblem } from "./json-web-token";

/** Whether a signature is that of a text under a JSON Web Key. Whoever authorizes brings it along. */
export type VerifySignature = (
  token: Pick<JsonWebToken, "algorithm" | "signed" | "signature">,
  key: JsonRecord,
) => boolean;

/** What tokens are verified with. */
export interface TokenVerifier {
  readonly verify: VerifySignature;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** How far clocks may differ, in seconds. */
const CLOCK_SKEW_S = 60;

/** Verifies a token as Envoy's filter does: issuer, times, audiences, then the signature. */
export function verifyToken(
  text: string,
  rule: JwtRule,
  { verify, now }: TokenVerifier,
): JsonWebToken | TokenProblem {
  const token = parseToken(text);
  if (typeof token === "string") return token;
  if (rule.issuer && token.issuer !== rule.issuer) return UNKNOWN_ISSUER;
  const at = now();
  if (token.notBefore > at + CLOCK_SKEW_S) return "Jwt not yet valid";
  if (token.expires > 0 && at > token.expires + CLOCK_SKEW_S) return "Jwt is expired";
  if (!audienceFits(rule.audiences ?? [], token.audiences)) return AUDIENCE_PROBLEM;
  const keys = keysOf(rule);
  if (!keys) return "Jwks remote fetch is failed";
  const fitting = keys.filter((key) => fits(key, token));
  if (fitting.length === 0) return "Jwks doesn't have key to match kid or alg from Jwt";
  return fitting.some((key) => verify(token, key)) ? token : "Jwt verification fails";
}

/** No rule speaks for the issuer of a token. */
export const UNKNOWN_ISSUER: TokenProblem = "Jwt issuer is not configured";

/** The one problem that is answered with 403 instead of 401. */
export const AUDIENCE_PROBLEM: TokenProblem = "Audiences in Jwt are not allowed";

/** The scheme and a last slash of an audience do not matter. */
const bareAudience = (audience: string): string =>
  audience.replace(/^https?:\/\//, "").replace(/\/$/, "");

function audienceFits(allowed: readonly string[], given: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  const bare = new Set(allowed.map(bareAudience));
  return given.some((audience) => bare.has(bareAudience(audience)));
}

const KEY_TYPES: Readonly<Record<string, string>> = { R: "RSA", P: "RSA", E: "EC", H: "oct" };

function fits(key: JsonRecord, { keyId, algorithm }: JsonWebToken): boolean {
  if (key["kid"] && keyId && key["kid"] !== keyId) return false;
  if (key["alg"] && key["alg"] !== algorithm) return false;
  const type = algorithm === "EdDSA" ? "OKP" : KEY_TYPES[algorithm[0] ?? ""];
  return key["kty"] === type;
}

/** The keys of a rule; undefined where they would have to be fetched, or are unreadable. */
const keysOf = weakMemo((rule: JwtRule): readonly JsonRecord[] | undefined => {
  if (!rule.jwks) return undefined;
  try {
    const value: unknown = JSON.parse(rule.jwks);
    const keys: unknown = isRecord(value) ? value["keys"] : undefined;
    return Array.isArray(keys) ? keys.filter(isRecord) : undefined;
  } catch {
    // A SyntaxError: no keys that any token could be verified with.
    return undefined;
  }
});
