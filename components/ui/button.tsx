"use client";

import { type ButtonHTMLAttributes, type ReactNode, useId } from "react";

export interface ButtonLook {
  /** One `primary` a region; `quiet` for acts in passing; `danger` only inside a confirmation. */
  readonly variant?: "default" | "primary" | "quiet" | "danger";
  readonly size?: "small" | "default" | "large";
}

type ButtonProps = ButtonLook &
  ButtonHTMLAttributes<HTMLButtonElement> & {
    /** Why it cannot be pressed. The button stays reachable and the reason stands beside it. */
    disabledReason?: string | undefined;
    /** The act is under way: further presses do nothing. */
    pending?: boolean;
    icon?: ReactNode;
  };

/** A button says what it does: a verb and its object. */
export function Button({
  variant = "default",
  size = "default",
  disabledReason,
  pending = false,
  icon,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const blocked = disabledReason !== undefined || pending;
  const button = (
    <button
      type="button"
      {...rest}
      className={`qd-button ${rest.className ?? ""}`}
      data-variant={variant}
      data-size={size}
      aria-disabled={blocked || undefined}
      aria-busy={pending || undefined}
      aria-describedby={disabledReason ? reasonId : rest["aria-describedby"]}
      onClick={(event) => {
        if (blocked) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon}
      {children}
    </button>
  );
  if (disabledReason === undefined) return button;
  return (
    <>
      {button}
      <span id={reasonId} className="qd-note">
        {disabledReason}
      </span>
    </>
  );
}
