"use client";

import { Popover as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

/** Opens beside its button; Esc and a press outside close it. Never the only way to a value. */
export function Popover({
  trigger,
  label,
  children,
  width = 320,
  align = "end",
  open,
  onOpenChange,
}: {
  /** One button. */
  trigger: ReactElement;
  label: string;
  children: ReactNode;
  width?: number;
  align?: "start" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}) {
  return (
    <Primitive.Root
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange ? { onOpenChange } : {})}
    >
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          className="qd-popover"
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          style={{ width }}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
