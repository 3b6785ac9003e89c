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

/** The words by which keys are found are longer than this. */
const SHORTEST_KEY = 11;

/**
 * A configuration dump without secrets: private keys, passwords, tokens, symmetric keys and
 * credentials in headers. Envoy hides some of these itself; plugins' own settings it does not.
 * The document that is given stays as it is.
 */
export function redacted(value: unknown): unknown {
  if (typeof value === "string") {
    if (value.length < SHORTEST_KEY) return value;
    return SYMMETRIC_KEY.test(value) || PEM_KEY.test(value) ? REDACTED : value;
  }
  if (Array.isArray(value)) return value.map(redacted);
  if (!isRecord(value)) return value;
  const header = value["key"];
  const secretHeader = typeof header === "string" && SECRET_HEADER.test(header);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const item = value[name];
    const isSecret = isSecretField(name)
      ? typeof item !== "boolean" && !isHidden(item)
      : secretHeader && (name === "value" || name === "raw_value");
    const kept = isSecret ? REDACTED : typeof item === "boolean" ? item : redacted(item);
    // Plain assignment would set the prototype.
    if (name === "__proto__") Object.defineProperty(copy, name, { value: kept, enumerable: true });
    else copy[name] = kept;
  }
  return copy;
}

/** What Envoy itself writes in place of a secret: `[redacted]`, as bytes. */
const HIDDEN = "W3JlZGFjdGVkXQ==";

/** Whether every text in a value stands in place of a secret already: then its shape is kept. */
function isHidden(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isHidden);
  if (isRecord(value)) return Object.values(value).every(isHidden);
  return value === HIDDEN || value === REDACTED;
}

/** Dumps have millions of fields and a few hundred names. */
const known = new Map<string, boolean>();
const MAX_KNOWN = 10_000;

function isSecretField(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const isSecret = SECRET_FIELD.test(name);
  // Keys of maps are names too, and there may be any number of them.
  if (known.size < MAX_KNOWN) known.set(name, isSecret);
  return isSecret;
}
