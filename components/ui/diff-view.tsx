"use client";

import { type ReactNode, useMemo } from "react";
import { type DiffLine, diffLines } from "./line-diff";

const SIGNS = { same: "", add: "+", del: "−" } as const;
const SPOKEN = { same: "", add: "added: ", del: "removed: " } as const;

type Part = { readonly lines: readonly DiffLine[] } | { readonly hidden: number };

/** Leaves out unchanged lines farther than `context` from a change. */
function fold(lines: readonly DiffLine[], context: number): Part[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some((l) => l.change !== "same"),
  );
  const parts: Part[] = [];
  for (let from = 0; from < lines.length;) {
    let to = from;
    while (to < lines.length && near[to] === near[from]) to += 1;
    // A gap of one line takes as much room as the line.
    const show = near[from] === true || to - from === 1;
    parts.push(show ? { lines: lines.slice(from, to) } : { hidden: to - from });
    from = to;
  }
  return parts;
}

function LineBody({ line }: { line: DiffLine }): ReactNode {
  if (line.change === "same") return line.text;
  return line.words.map((word, index) =>
    word.changed ? <mark key={index}>{word.text}</mark> : word.text,
  );
}

/** Two texts line by line: signs, line numbers and marked words, so that colour is not needed. */
export function DiffView({
  before,
  after,
  label = "Changes",
  context = 3,
}: {
  before: string;
  after: string;
  label?: string;
  /** Unchanged lines kept around each change. */
  context?: number;
}) {
  const parts = useMemo(() => fold(diffLines(before, after), context), [before, after, context]);
  if (parts.every((part) => "hidden" in part)) return <p className="qd-note">Nothing differs.</p>;
  return (
    <div className="qd-code" role="region" aria-label={label} tabIndex={0}>
      {parts.map((part, index) =>
        "hidden" in part ? (
          <div key={index} className="qd-diff-gap">
            {part.hidden} unchanged lines
          </div>
        ) : (
          part.lines.map((line) => (
            <div
              key={`${line.change}-${line.change === "add" ? line.after : line.before}`}
              className="qd-diff-line"
              data-change={line.change}
            >
              <span aria-hidden>{SIGNS[line.change]}</span>
              <span aria-hidden>{line.change === "del" ? line.before : line.after}</span>
              <span>
                <span className="sr-only">{SPOKEN[line.change]}</span>
                <LineBody line={line} />
              </span>
            </div>
          ))
        ),
      )}
    </div>
  );
}
