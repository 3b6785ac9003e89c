import type { ReactNode } from "react";
import { StatusGlyph, type StatusName } from "./status-glyph";

/** One bold sentence on how something stands, what it rests on, and one thing to do. */
export function VerdictBlock({
  status,
  title,
  children,
  action,
}: {
  status: StatusName;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="qd-verdict" data-status={status}>
      <StatusGlyph status={status} />
      <span className="qd-verdict-title">{title}</span>
      {action ? <span>{action}</span> : <span />}
      {children ? <div className="qd-verdict-body">{children}</div> : null}
    </div>
  );
}
