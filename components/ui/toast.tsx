"use client";

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Toaster as Shelf, toast as raise } from "sonner";
import { Icon } from "./icon";
import { IconButton } from "./icon-button";
import { StatusGlyph, type StatusName } from "./status-glyph";

/**
 * Reports the result of an act of the user's that the page cannot show in place.
 * A failure stays until it is closed and is read out at once. Never for news.
 */
export function toast(
  status: StatusName,
  title: string,
  options: { detail?: ReactNode; action?: ReactNode } = {},
): void {
  const stays = status === "fail";
  raise.custom(
    (id) => (
      <div className="qd-toast" data-status={status} role={stays ? "alert" : "status"}>
        <StatusGlyph status={status} />
        <div>
          <b>{title}</b>
          {options.detail ? <p>{options.detail}</p> : null}
        </div>
        {options.action ?? (
          <IconButton
            size="small"
            label="Close"
            icon={<Icon of={X} />}
            onClick={() => raise.dismiss(id)}
          />
        )}
      </div>
    ),
    { duration: stays ? Infinity : 8000, unstyled: true },
  );
}

/** Where toasts appear. Once in the page. */
export function Toaster() {
  return <Shelf position="bottom-right" containerAriaLabel="Results" />;
}
