"use client";

import { type ReactNode, useId } from "react";
import { type SectionHeading, SectionHeader } from "./section-header";

/** A section of a page: parted from the rest by a line and a title, not by a box. */
export function Panel({ children, ...heading }: SectionHeading & { children: ReactNode }) {
  const id = useId();
  return (
    <section className="qd-panel" aria-labelledby={id}>
      <SectionHeader id={id} {...heading} />
      {children}
    </section>
  );
}
