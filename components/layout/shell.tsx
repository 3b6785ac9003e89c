"use client";

import type { ReactNode } from "react";
import { Rail } from "./rail";
import { ReadOnlyBanner } from "./read-only-banner";
import { TopBar } from "./top-bar";

/** The frame of all pages: top bar, rail, and the page as main. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <div className="qd-shell">
      <a className="qd-skip" href="#main">
        Skip to content
      </a>
      <div className="qd-top">
        <TopBar />
        <ReadOnlyBanner />
      </div>
      <Rail />
      <main id="main" className="qd-main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
