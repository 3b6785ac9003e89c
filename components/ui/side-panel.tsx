"use client";

import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icon";
import { IconButton } from "./icon-button";

/**
 * Everything about the thing selected, beside the page and never over it.
 * Esc closes it and focus goes back to where it was; the caller keeps the selection in the URL.
 */
export function SidePanel({
  title,
  over,
  lead,
  onClose,
  children,
}: {
  title: ReactNode;
  /** The line above the title: what it is, and its state as a badge. */
  over?: ReactNode;
  /** The line below the title. */
  lead?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  const titleId = useId();
  const ref = useRef<HTMLElement>(null);

  useEffect(() => {
    const panel = ref.current;
    const before = document.activeElement;
    return () => {
      const inside =
        panel?.contains(document.activeElement) || document.activeElement === document.body;
      if (inside && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <aside
      ref={ref}
      className="qd-side-panel"
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header>
        <div className="min-w-0">
          {over ? (
            <div className="flex flex-wrap items-center gap-2 text-xs text-ink-2">{over}</div>
          ) : null}
          <h2 id={titleId}>{title}</h2>
          {lead ? <div className="text-ink-2">{lead}</div> : null}
        </div>
        <IconButton label="Close panel" icon={<Icon of={X} />} onClick={onClose} />
      </header>
      <div className="qd-side-panel-body">{children}</div>
    </aside>
  );
}
