import type { ReactNode } from "react";
import { Message } from "./message";
import { StatusGlyph } from "./status-glyph";

/** Why nothing is here, and what to do about it. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Message glyph={<StatusGlyph status="off" />} title={title} action={action}>
      {children ? <p>{children}</p> : null}
    </Message>
  );
}
