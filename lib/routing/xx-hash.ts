const MASK = (1n << 64n) - 1n;
const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];

const rotate = (value: bigint, by: bigint): bigint =>
  ((value << by) | (value >> (64n - by))) & MASK;
const round = (accumulator: bigint, lane: bigint): bigint =>
  (rotate((accumulator + lane * P2) & MASK, 31n) * P1) & MASK;

/** The XXH64 hash of a text of ASCII: what Envoy's consistent hashing runs on. */
export function xxHash64(text: string, seed = 0n): bigint {
  const { length } = text;
  const word = (at: number, bytes: number): bigint => {
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i -= 1) {
      value = (value << 8n) | BigInt(text.charCodeAt(at + i) & 0xff);
    }
    return value;
  };
  let at = 0;
  let hash = (seed + P5) & MASK;
  if (length >= 32) {
    const lanes = [P1 + P2, P2, 0n, MASK + 1n - P1].map((lane) => (seed + lane) & MASK);
    for (; at + 32 <= length; at += 32) {
      for (const [index, lane] of lanes.entries()) {
        lanes[index] = round(lane, word(at + 8 * index, 8));
      }
    }
    const [a = 0n, b = 0n, c = 0n, d = 0n] = lanes;
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & MASK;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & MASK;
  }
  hash = (hash + BigInt(length)) & MASK;
  for (; at + 8 <= length; at += 8) {
    hash = (rotate(hash ^ round(0n, word(at, 8)), 27n) * P1 + P4) & MASK;
  }
  if (at + 4 <= length) {
    hash = (rotate(hash ^ ((word(at, 4) * P1) & MASK), 23n) * P2 + P3) & MASK;
    at += 4;
  }
  for (; at < length; at += 1) {
    hash = (rotate(hash ^ ((word(at, 1) * P5) & MASK), 11n) * P1) & MASK;
  }
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK;
  return hash ^ (hash >> 32n);
}
