import Link from "next/link";
import type { ComponentProps } from "react";
import type { ButtonLook } from "./button";

/** A link that looks like a button: it goes somewhere, it changes nothing. */
export function ButtonLink({
  variant = "default",
  size = "default",
  ...rest
}: ButtonLook & ComponentProps<typeof Link>) {
  return (
    <Link
      {...rest}
      className={`qd-button ${rest.className ?? ""}`}
      data-variant={variant}
      data-size={size}
    />
  );
}
