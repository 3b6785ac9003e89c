"use client";

import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { type DraftHome, draftStore, type StoredDraft } from "./draft-store";

/** The stored object that a draft is held against. */
export interface DraftBase {
  readonly text: string | null;
  readonly resourceVersion: string | null;
}

/** What is in the editor. */
export interface DraftState {
  readonly text: string;
  /** What the text began from. */
  readonly base: DraftBase;
  /** Whether anything differs from what it began from. */
  readonly dirty: boolean;
  readonly savedAt: number | undefined;
  readonly home: DraftHome;
  readonly setText: (text: string) => void;
  /** Holds the text against another version from now on. */
  readonly rebase: (text: string, base: DraftBase) => void;
  readonly discard: () => void;
}

/**
 * The text in the editor: what was typed, kept at every keystroke, else what is stored.
 * `live` is what is stored now; a text that nobody touched follows it.
 */
export function useDraft(key: string, live: DraftBase, initialText = ""): DraftState {
  const version = useSyncExternalStore(draftStore.subscribe, draftStore.version, () => 0);
  const [home, setHome] = useState<DraftHome>("browser");
  // `version` says when the store has another draft.
  const stored = useMemo<StoredDraft | undefined>(
    () => (version >= 0 ? draftStore.read(key) : undefined),
    [key, version],
  );
  const { text: liveText, resourceVersion } = live;
  const baseText = stored ? stored.baseText : liveText;
  const baseVersion = stored ? stored.resourceVersion : resourceVersion;

  const keep = useCallback(
    (text: string, base: DraftBase) => {
      if (text === base.text) draftStore.remove(key);
      else {
        const { text: kept, resourceVersion: at } = base;
        setHome(draftStore.write(key, { text, baseText: kept, resourceVersion: at }));
      }
    },
    [key],
  );
  const setText = useCallback(
    (text: string) => keep(text, { text: baseText, resourceVersion: baseVersion }),
    [keep, baseText, baseVersion],
  );

  return {
    text: stored?.text ?? liveText ?? initialText,
    base: { text: baseText, resourceVersion: baseVersion },
    dirty: stored !== undefined && stored.text !== stored.baseText,
    savedAt: stored?.savedAt,
    home,
    setText,
    rebase: keep,
    discard: useCallback(() => draftStore.remove(key), [key]),
  };
}
