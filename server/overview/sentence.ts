/** `text` as a sentence: its first letter large, a stop at its end; empty for an empty one. */
export function sentence(text: string | undefined): string {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return "";
  const large = trimmed.slice(0, 1).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(large) ? large : `${large}.`;
}

/** Sentences one after another; absent and empty ones are left out. */
export const sentences = (...texts: readonly (string | undefined)[]): string =>
  texts
    .map(sentence)
    .filter((text) => text !== "")
    .join(" ");
