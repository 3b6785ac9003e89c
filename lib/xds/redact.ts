import { isRecord } from "@/lib/k8s/json-value";

/** What stands where a secret stood. */
export const REDACTED = "[redacted]";

/** Fields whose whole value is secret. */
const SECRET_FIELD =
  /^(private_?key(_?provider)?|password|session_?ticket_?keys|generic_?secret|hmac_?secret|client_?secret|token_?secret|secret_?key|session_?token|api_?key|access_?token|bearer_?token|credentials?)$/i;
/** Headers that carry credentials where configuration sets them. */
const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|x-api-key|api-key)$/i;
/** A symmetric key inside a key set, as it is written in a text. */
const SYMMETRIC_KEY = /"kty"\s*:\s*"oct"/;
/** A private key in PEM, plain or in base64, where its words begin at any of three places. */
const PEM_KEY = /PRIVATE KEY-----|UFJJVkFURSBLRVkt|BSSVZBVEUgS0VZL|QUklWQVRFIEtFWS/;

/**
 * A configuration dump without secrets: private keys, passwords, tokens, symmetric keys and
 * credentials in headers. Envoy hides some of these itself; plugins' own settings it does not.
 * The document that is given stays as it is.
 */
export function redacted(value: unknown): unknown {
  if (typeof value === "string") {
    return SYMMETRIC_KEY.test(value) || PEM_KEY.test(value) ? REDACTED : value;
  }
  if (Array.isArray(value)) return value.map(redacted);
  if (!isRecord(value)) return value;
  const header = value["key"];
  const secretHeader = typeof header === "string" && SECRET_HEADER.test(header);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (SECRET_FIELD.test(name)) return [name, typeof item === "boolean" ? item : REDACTED];
      if (secretHeader && (name === "value" || name === "raw_value")) return [name, REDACTED];
      return [name, redacted(item)];
    }),
  );
}
