import { hashText } from "@/sandbox/random";

/** The letters of Kubernetes' generated names: none that could spell a word. */
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** `length` letters that depend on `text` alone, as the suffixes of ReplicaSets and Pods look. */
export function suffixOf(text: string, length: number): string {
  let suffix = "";
  for (let i = 0; suffix.length < length; i += 1) {
    let number = hashText(`${i}:${text}`);
    for (let digit = 0; digit < 5 && suffix.length < length; digit += 1) {
      suffix += LETTERS[number % LETTERS.length] ?? "";
      number = Math.floor(number / LETTERS.length);
    }
  }
  return suffix;
}
