interface Level {
  readonly path: string;
  /** The keys seen so far; absent in a list. */
  readonly seen: Set<string> | undefined;
  index: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * The paths of fields that a JSON document gives more than once, in the order in which they end
 * up so: `data.a`, `spec.egress[0].hosts`. The text must be valid JSON.
 */
export function duplicateKeys(json: string): readonly string[] {
  const found = new Set<string>();
  const levels: Level[] = [];
  // Where the value that comes next is: below its key, or at its place in the list.
  let next = "";
  let pending: string | undefined;
  for (const [token] of json.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === "{" || token === "[") {
      const path = level && !level.seen ? `${level.path}[${level.index}]` : next;
      levels.push({ path, seen: token === "{" ? new Set() : undefined, index: 0 });
    } else if (token === "}" || token === "]") levels.pop();
    else if (token === ",") {
      if (level && !level.seen) level.index++;
    } else if (token === ":") {
      if (!level?.seen || pending === undefined) continue;
      const key = JSON.parse(pending) as string;
      next = level.path ? `${level.path}.${key}` : key;
      if (level.seen.has(key)) found.add(next);
      level.seen.add(key);
    } else pending = token;
  }
  return [...found];
}
