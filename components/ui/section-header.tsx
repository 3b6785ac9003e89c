import type { ReactNode } from "react";

export interface SectionHeading {
  readonly title: ReactNode;
  /** A few words after the title. */
  readonly note?: ReactNode;
  /** At the right end: source and age, or a link to all of it. */
  readonly aside?: ReactNode;
}

/** The title line of a section. */
export function SectionHeader({ title, note, aside, id }: SectionHeading & { id?: string }) {
  return (
    <div className="qd-section-head">
      <h2 id={id}>{title}</h2>
      {note ? <span className="text-ink-2">{note}</span> : null}
      {aside ? <span className="qd-aside">{aside}</span> : null}
    </div>
  );
}
