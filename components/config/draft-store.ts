import { currentTime } from "@/components/ui/use-now";

/** A text that was typed and is not written, with what it began from. */
export interface StoredDraft {
  readonly text: string;
  /** The stored text that it began from; null for a new object, or one that was deleted. */
  readonly baseText: string | null;
  /** The version of that text. */
  readonly resourceVersion: string | null;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
}

/** How long what is kept lives: on this machine, with this tab, or no longer than the page. */
export type DraftHome = "browser" | "tab" | "page";

const PREFIX = "quarterdeck.draft:";
const memory = new Map<string, string>();
const listeners = new Set<() => void>();
let version = 0;

/** The drafts of this browser. Each key is one object; nothing else is stored. */
export const draftStore = {
  subscribe(this: void, listener: () => void): () => void {
    listeners.add(listener);
    addEventListener("storage", notify);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) removeEventListener("storage", notify);
    };
  },

  /** Grows with each change. */
  version: (): number => version,

  read(key: string): StoredDraft | undefined {
    return homes()
      .flatMap((home) => parse(home.read(PREFIX + key)) ?? [])
      .sort((a, b) => b.savedAt - a.savedAt)[0];
  },

  /** Keeps a draft in the most lasting place that takes it, and no older one anywhere else. */
  write(key: string, draft: Omit<StoredDraft, "savedAt">): DraftHome {
    const json = JSON.stringify({ ...draft, savedAt: currentTime() });
    const kept = homes().find((home) => home.write(PREFIX + key, json));
    for (const home of homes()) if (home.name !== kept?.name) home.remove(PREFIX + key);
    notify();
    return kept?.name ?? "page";
  },

  remove(key: string): void {
    for (const home of homes()) home.remove(PREFIX + key);
    notify();
  },

  /** The keys of all drafts. */
  keys(): readonly string[] {
    const found = homes().flatMap((home) => home.keys());
    return [...new Set(found)]
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length));
  },
};

function notify(): void {
  version++;
  for (const listener of listeners) listener();
}

interface Home {
  readonly name: DraftHome;
  read(key: string): string | null;
  /** Whether it was kept. */
  write(key: string, value: string): boolean;
  remove(key: string): void;
  keys(): readonly string[];
}

const homes = (): readonly Home[] => [
  storageHome("browser", () => localStorage),
  storageHome("tab", () => sessionStorage),
  {
    name: "page",
    read: (key) => memory.get(key) ?? null,
    write: (key, value) => memory.set(key, value).has(key),
    remove: (key) => void memory.delete(key),
    keys: () => [...memory.keys()],
  },
];

/** Storage may be full or forbidden; then it is as if it were empty and the next home is used. */
function storageHome(name: DraftHome, open: () => Storage): Home {
  const attempt = <T>(run: (storage: Storage) => T, otherwise: T): T => {
    try {
      return run(open());
    } catch {
      return otherwise;
    }
  };
  return {
    name,
    read: (key) => attempt((storage) => storage.getItem(key), null),
    write: (key, value) =>
      attempt((storage) => {
        storage.setItem(key, value);
        return true;
      }, false),
    remove: (key) => attempt((storage) => storage.removeItem(key), undefined),
    keys: () => attempt((storage) => Object.keys(storage), []),
  };
}

function parse(json: string | null): StoredDraft | undefined {
  if (json === null) return undefined;
  try {
    const value = JSON.parse(json) as Partial<StoredDraft>;
    if (typeof value.text !== "string") return undefined;
    return {
      text: value.text,
      baseText: value.baseText ?? null,
      resourceVersion: value.resourceVersion ?? null,
      savedAt: value.savedAt ?? 0,
    };
  } catch {
    return undefined;
  }
}
