"use client";

import type { ButtonHTMLAttributes, ReactNode } from "react";
import type { ButtonLook } from "./button";

/** A button that shows an icon only; `label` names it to readers and on hover. */
export function IconButton({
  label,
  icon,
  variant = "quiet",
  size = "default",
  ...rest
}: ButtonLook & ButtonHTMLAttributes<HTMLButtonElement> & { label: string; icon: ReactNode }) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={`qd-button ${rest.className ?? ""}`}
      data-variant={variant}
      data-size={size}
      data-icon-only=""
    >
      {icon}
    </button>
  );
}
