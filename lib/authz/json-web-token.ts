import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { decodeBase64Url, textOfBytes } from "./base64url";

/** A token taken apart, nothing in it verified. */
export interface JsonWebToken {
  readonly algorithm: string;
  readonly keyId: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Seconds since the epoch; 0 for none. */
  readonly expires: number;
  readonly notBefore: number;
  readonly claims: JsonRecord;
  /** The payload as the token carries it. */
  readonly encodedPayload: string;
  /** What was signed. */
  readonly signed: string;
  readonly signature: Uint8Array;
}

/** Why a token is refused, in Envoy's words. */
export type TokenProblem = string;

const ALGORITHMS: ReadonlySet<string> = new Set([
  ...["ES256", "ES384", "ES512", "HS256", "HS384", "HS512"],
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"],
]);

/** Takes a token apart, in the order in which Envoy's filter looks at its parts. */
export function parseToken(text: string): JsonWebToken | TokenProblem {
  const parts = text.split(".");
  const [encodedHeader = "", encodedPayload = "", encodedSignature = ""] = parts;
  if (parts.length !== 3) {
    return "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
  }
  const header = jsonOf(encodedHeader, "header");
  if (typeof header === "string") return header;
  const { alg, kid = "" } = header;
  if (typeof alg !== "string") return "Jwt header [alg] field is required and must be a string";
  if (!ALGORITHMS.has(alg)) return "Jwt header [alg] is not supported";
  if (typeof kid !== "string") return "Jwt header [kid] field is not a string";
  const claims = jsonOf(encodedPayload, "payload");
  if (typeof claims === "string") return claims;
  const { iss = "", sub = "", iat = 0, nbf = 0, exp = 0, jti = "", aud = [] } = claims;
  if (typeof iss !== "string") return "Jwt payload [iss] field is not a string";
  if (typeof sub !== "string") return "Jwt payload [sub] field is not a string";
  for (const [name, value] of Object.entries({ iat, nbf, exp })) {
    if (typeof value !== "number") return `Jwt payload [${name}] field is not an integer`;
    if (value < 0) return `Jwt payload [${name}] field is not a positive integer`;
  }
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.every((one) => typeof one === "string")) {
    return "Jwt payload [aud] field is not a string or string list";
  }
  if (typeof jti !== "string") return "Jwt payload [jti] field is not a string";
  const signature = decodeBase64Url(encodedSignature);
  if (!signature) return "Jwt signature is an invalid Base64url encoded";
  return {
    algorithm: alg,
    keyId: kid,
    issuer: iss,
    audiences,
    expires: Number(exp),
    notBefore: Number(nbf),
    claims,
    encodedPayload,
    signed: `${encodedHeader}.${encodedPayload}`,
    signature,
  };
}

function jsonOf(encoded: string, part: string): JsonRecord | TokenProblem {
  const bytes = decodeBase64Url(encoded);
  if (!bytes) return `Jwt ${part} is an invalid Base64url encoded`;
  const text = textOfBytes(bytes);
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // A SyntaxError: told below, as for JSON that is no object.
  }
  return `Jwt ${part} is an invalid JSON`;
}
