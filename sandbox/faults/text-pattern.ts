/** Whether `text` is like `pattern`, in which a star stands for any text. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.endsWith(last) && at <= text.length - last.length;
}

/** A test of paths: they hold the pattern somewhere; without one, all pass. */
export const pathTest =
  (pattern: string | undefined): ((path: string) => boolean) =>
  (path) =>
    pattern === undefined || matchesPattern(`*${pattern}*`, path);
