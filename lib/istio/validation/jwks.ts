import { goJsonProblem } from "@/lib/k8s/go-json-problem";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";

/** What a JSON Web Key Set holds, or why it is none. */
export type Jwks = { readonly privateKeys: readonly number[] } | { readonly problem: string };

/**
 * Reads a set of keys, or one key alone, as istiod's library does (jwx v1): it wants each type's
 * own fields, and base64 in those that hold bytes.
 */
export function readJwks(text: string): Jwks {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: goJsonProblem(text) ?? "invalid JSON" };
    throw error;
  }
  if (Array.isArray(value)) return { problem: "expected '{', but got '['" };
  if (!isRecord(value)) return { problem: "error reading token: EOF" };
  if (!Object.hasOwn(value, "keys")) {
    const key = readKey(value);
    if ("problem" in key) {
      return { problem: `failed to parse sole key in key set: ${key.problem}` };
    }
    return { privateKeys: key.isPrivate ? [0] : [] };
  }
  const { keys } = value;
  if (keys === null) return { privateKeys: [] };
  if (!Array.isArray(keys)) return { problem: 'failed to decode "keys"' };
  const privateKeys: number[] = [];
  for (const [index, item] of keys.entries()) {
    const key = readKey(item);
    if ("problem" in key) {
      return { problem: `failed to decode key #${index} in "keys": ${key.problem}` };
    }
    if (key.isPrivate) privateKeys.push(index);
  }
  return { privateKeys };
}

interface KeyType {
  /** Fields that the public half must have, and those of them that hold bytes. */
  readonly required: readonly string[];
  readonly bytes: readonly string[];
}

const BYTES_OF_PRIVATE_RSA = ["p", "q", "dp", "dq", "qi"];

const TYPES: Readonly<Record<string, KeyType>> = {
  RSA: { required: ["e", "n"], bytes: ["e", "n", "d", ...BYTES_OF_PRIVATE_RSA] },
  EC: { required: ["crv", "x", "y"], bytes: ["x", "y", "d"] },
  OKP: { required: ["crv", "x"], bytes: ["x", "d"] },
  oct: { required: ["k"], bytes: ["k"] },
};

const TEXTS = ["alg", "kid", "use", "x5t", "x5t#S256", "x5u", "crv"];

type Key = { readonly isPrivate: boolean } | { readonly problem: string };

function readKey(value: unknown): Key {
  // A null leaves the key without a type.
  if (value !== null && !isRecord(value)) {
    return { problem: "failed to unmarshal JSON into key hint" };
  }
  const fields = value ?? {};
  const name = own(fields, "kty") ?? "";
  if (typeof name !== "string") return { problem: "failed to unmarshal JSON into key hint" };
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (!type) return { problem: `invalid key type from JSON (${name})` };
  const isPrivate = name === "oct" || Object.hasOwn(fields, "d");
  const problem = fieldProblem(fields, type, isPrivate && name !== "oct");
  if (problem === undefined) return { isPrivate };
  return { problem: `failed to unmarshal JSON into key: ${problem}` };
}

function fieldProblem(
  fields: JsonRecord,
  { required, bytes }: KeyType,
  hasPrivatePart: boolean,
): string | undefined {
  for (const [name, value] of Object.entries(fields)) {
    const isText = TEXTS.includes(name);
    // Fields of a private key mean nothing in a public one.
    const isBytes = bytes.includes(name) && (hasPrivatePart || required.includes(name));
    if (value === null || (!isText && !isBytes)) continue;
    if (typeof value !== "string" || (isBytes && !isBase64(value))) {
      return `failed to decode value for key ${name}`;
    }
  }
  const absent = required.find((name) => !Object.hasOwn(fields, name));
  return absent === undefined ? undefined : `required field ${absent} is missing`;
}

const own = (fields: JsonRecord, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

/** Either alphabet, with padding or without; line breaks do not count. */
function isBase64(text: string): boolean {
  const plain = text.replace(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9_-]*|[A-Za-z0-9+/]*)={0,2}$/.test(plain)) return false;
  const digits = plain.replace(/=+$/, "").length;
  return plain.endsWith("=") ? plain.length % 4 === 0 : digits % 4 !== 1;
}
