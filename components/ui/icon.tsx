import type { LucideIcon } from "lucide-react";

/** A line icon beside words. It says nothing to readers: the words, or the control's label, do. */
export function Icon({ of: Glyph, size = 16 }: { of: LucideIcon; size?: number }) {
  return <Glyph aria-hidden size={size} strokeWidth={1.5} className="flex-none" />;
}
