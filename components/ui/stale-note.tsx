"use client";

import type { ReactNode } from "react";
import { Age } from "./age";
import { Badge } from "./badge";

/** Marks figures that no longer move: how old they are, and why. */
export function StaleNote({ at, children }: { at: number | undefined; children?: ReactNode }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Badge status="unknown">{at === undefined ? "Age unknown" : <Age at={at} />}</Badge>
      {children ? <span className="qd-note">{children}</span> : null}
    </span>
  );
}
