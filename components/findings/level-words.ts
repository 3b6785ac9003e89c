import type { StatusName } from "@/components/ui/status-glyph";
import type { Level } from "@/lib/analysis/rule";

/** How a level is shown: its shape and colour, one of them, several of them. */
export const LEVEL_WORDS: Readonly<
  Record<Level, { readonly status: StatusName; readonly one: string; readonly many: string }>
> = {
  Error: { status: "fail", one: "Error", many: "errors" },
  Warning: { status: "warn", one: "Warning", many: "warnings" },
  Info: { status: "info", one: "Note", many: "notes" },
};

/** Worst first. */
export const LEVELS: readonly Level[] = ["Error", "Warning", "Info"];
