/**
 * What this browser keeps of a key; undefined where it keeps nothing, keeps something unreadable, or
 * keeps nothing at all from this page.
 */
export function readStored<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Keeps a value for the next visit. A browser that keeps nothing goes on without. */
export function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or forbidden: it holds until the page is left.
  }
}
