"use client";

import Link from "next/link";
import { Logo } from "./logo";
import { ThemeToggle } from "./theme-toggle";
import { useScopedHref } from "./use-namespace-scope";

/** Where we are, how old what we see is, and the way to everything else. */
export function TopBar() {
  const scoped = useScopedHref();
  return (
    <header className="qd-topbar">
      <Link className="qd-mark" href={scoped("/")} aria-label="Quarterdeck, overview">
        <Logo />
      </Link>
      <span className="ml-auto" />
      <ThemeToggle />
    </header>
  );
}
