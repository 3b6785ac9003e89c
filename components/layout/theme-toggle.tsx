"use client";

import { Moon, Sun, SunMoon } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { chooseTheme, currentChoice, type ThemeChoice } from "./theme-choice";

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "light", light: "dark", dark: "system" };
const WORDS: Record<ThemeChoice, string> = {
  system: "follows the system",
  light: "light",
  dark: "dark",
};
const ICONS = { system: SunMoon, light: Sun, dark: Moon } as const;

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

/** Light, dark, or as the system has it. */
export function ThemeToggle() {
  const choice = useSyncExternalStore(subscribe, currentChoice, () => "system" as const);
  return (
    <IconButton
      label={`Theme: ${WORDS[choice]}`}
      icon={<Icon of={ICONS[choice]} />}
      onClick={() => chooseTheme(NEXT[choice])}
    />
  );
}
