import type { ReactNode } from "react";

/** A key or chord. */
export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="qd-kbd">{children}</kbd>;
}
