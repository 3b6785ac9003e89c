import type { ReactNode } from "react";
import { StatusGlyph, type StatusName } from "./status-glyph";

/** A state in running text or a row: glyph and word, no fill. */
export function Status({ status, label }: { status: StatusName; label: ReactNode }) {
  return (
    <span className="qd-status" data-status={status}>
      <StatusGlyph status={status} />
      {label}
    </span>
  );
}
