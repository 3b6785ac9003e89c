import type { TextFinding } from "@/lib/analysis/finding";

/** A finding at its place, with why it matters. */
export interface EditorFinding extends TextFinding {
  readonly explanation?:
    { readonly title: string; readonly why: string; readonly fix: string } | undefined;
}
