const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_ALPHABET = `${ALPHABET}-_`;
const PLAIN_ALPHABET = `${ALPHABET}+/`;

/** The bytes of a text in base64url without padding; undefined where it is none. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const character of text) {
    const value = URL_ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

/** The text whose UTF-8 these bytes are; undefined where they are no UTF-8. */
export function textOfBytes(bytes: Uint8Array): string | undefined {
  try {
    return decodeURIComponent(
      [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    );
  } catch {
    // A URIError: the bytes are no UTF-8.
    return undefined;
  }
}

/** A text in padded base64. */
export function encodeBase64(text: string): string {
  const bytes = [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|[^%]/g)].map(([one, hex]) =>
    hex === undefined ? one.charCodeAt(0) : Number.parseInt(hex, 16),
  );
  let result = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.slice(i, i + 3);
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    result += PLAIN_ALPHABET[(group >> 18) & 63] ?? "";
    result += PLAIN_ALPHABET[(group >> 12) & 63] ?? "";
    result += b === undefined ? "=" : (PLAIN_ALPHABET[(group >> 6) & 63] ?? "");
    result += c === undefined ? "=" : (PLAIN_ALPHABET[group & 63] ?? "");
  }
  return result;
}
