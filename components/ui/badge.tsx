import type { ReactNode } from "react";
import { StatusGlyph, type StatusName } from "./status-glyph";

/** The state of the thing titled; without `status` a plain tag. At most one or two a title. */
export function Badge({ status, children }: { status?: StatusName; children: ReactNode }) {
  return (
    <span className="qd-badge" data-status={status ?? ""}>
      {status ? <StatusGlyph status={status} size={12} /> : null}
      {children}
    </span>
  );
}
