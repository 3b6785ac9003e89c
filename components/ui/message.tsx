import type { ReactNode } from "react";

/** A glyph, a bold line, what it means and what to do: the frame of all states of a view. */
export function Message({
  glyph,
  title,
  children,
  action,
  urgent = false,
}: {
  glyph: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Read out at once. For failures that the user's own act ran into. */
  urgent?: boolean;
}) {
  return (
    <div className="qd-message" role={urgent ? "alert" : undefined}>
      {glyph}
      <div>
        <p className="m-0! text-ink! font-strong">{title}</p>
        {children}
        {action ? <div className="mt-2 flex flex-wrap items-center gap-2">{action}</div> : null}
      </div>
    </div>
  );
}
