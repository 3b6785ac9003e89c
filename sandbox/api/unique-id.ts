const HEX = "0123456789abcdef";
const SUFFIX = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const LONGEST_PREFIX = 58;

const pick = (alphabet: string, length: number, random: () => number): string =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");

/** A random UUID (version 4). `random` gives numbers from 0 up to but not including 1. */
export function uniqueId(random: () => number): string {
  const hex = pick(HEX, 30, random);
  const variant = pick("89ab", 1, random);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18)}`;
}

/** `prefix` with the five letters that the API server adds for `generateName`. */
export const generatedName = (prefix: string, random: () => number): string =>
  prefix.slice(0, LONGEST_PREFIX) + pick(SUFFIX, SUFFIX_LENGTH, random);
