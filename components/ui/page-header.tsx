import type { ReactNode } from "react";

/** The one h1 of a page, a sentence with its numbers, and what can be done at once. */
export function PageHeader({
  title,
  lead,
  actions,
}: {
  title: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="qd-page-head">
      <h1>{title}</h1>
      {lead ? <span className="text-ink-2">{lead}</span> : null}
      {actions ? <div className="qd-actions">{actions}</div> : null}
    </div>
  );
}
