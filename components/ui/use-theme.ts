"use client";

import { useSyncExternalStore } from "react";

const SYSTEM_DARK = "(prefers-color-scheme: dark)";

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const system = matchMedia(SYSTEM_DARK);
  system.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", listener);
  };
}

function read(): "light" | "dark" {
  const { theme } = document.documentElement.dataset;
  if (theme === "light" || theme === "dark") return theme;
  return matchMedia(SYSTEM_DARK).matches ? "dark" : "light";
}

/**
 * The theme in force, chosen or the system's. For what draws by itself (canvas, editor): read the
 * tokens again whenever it changes. What CSS draws switches without.
 */
export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, read, () => "light");
}
