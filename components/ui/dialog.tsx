"use client";

import { type ReactNode, useEffect, useId, useRef } from "react";

/**
 * A question that names its object; Cancel left, the verb right.
 *
 * The browser's own modal dialog: focus goes in, stays in, and returns; Esc closes.
 */
export function Dialog({
  open,
  onClose,
  title,
  children,
  footer,
  size = "default",
  urgent = false,
}: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  size?: "default" | "wide";
  /** An answer is needed before anything goes on (`alertdialog`). */
  urgent?: boolean;
}) {
  const titleId = useId();
  const ref = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = ref.current;
    if (!dialog || !open) return;
    dialog.showModal();
    return () => dialog.close();
  }, [open]);

  if (!open) return null;
  return (
    <dialog
      ref={ref}
      className="qd-dialog"
      data-size={size}
      role={urgent ? "alertdialog" : undefined}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
      </header>
      <div className="qd-dialog-body">{children}</div>
      {footer ? <footer>{footer}</footer> : null}
    </dialog>
  );
}
