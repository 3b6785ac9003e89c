const SHORTEST_MS = 50;
const LONGEST_MS = 400;

/** FNV-1a over UTF-16 units, then mixed: the same text gives the same number below 2^32. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** How long a proxy takes to answer one push, in ms of virtual time: 50 to 400. */
export const answerDelay = (seed: number, proxy: string, push: number): number =>
  SHORTEST_MS + (hash(`${seed}/${proxy}/${push}`) % (LONGEST_MS - SHORTEST_MS + 1));

/** A number of `bytes` bytes as hex, always the same for the same text. */
export function seededHex(text: string, bytes: number): string {
  let hex = "";
  for (let part = 0; hex.length < bytes * 2; part++) {
    hex += hash(`${text}#${part}`).toString(16).padStart(8, "0");
  }
  return hex.slice(0, bytes * 2);
}

/** What looks like a random UUID, always the same for the same text. */
export function seededUuid(text: string): string {
  const hex = seededHex(text, 16);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}
