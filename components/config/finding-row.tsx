"use client";

import { type ReactNode, useState } from "react";
import type { EditorFinding } from "@/components/editor/editor-finding";
import { Button } from "@/components/ui/button";
import { StatusGlyph } from "@/components/ui/status-glyph";

const STATUS = { Error: "fail", Warning: "warn", Info: "info" } as const;
const SPOKEN = { Error: "Error", Warning: "Warning", Info: "Note" } as const;

/** One finding: what, where, which rule, its fixes, and on demand why. */
export function FindingRow({
  finding,
  onGoTo,
  actions,
}: {
  finding: EditorFinding;
  onGoTo: (line: number, column: number) => void;
  actions: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const { level, message, path, code, line, column, explanation, docs } = finding;
  const place = `${line}:${column}`;
  return (
    <li className="qd-config-finding">
      <StatusGlyph status={STATUS[level]} label={SPOKEN[level]} />
      <div className="min-w-0">
        <span>{message}</span>
        <div className="mt-1 flex flex-wrap items-center gap-1 empty:hidden">
          {actions}
          {explanation ? (
            <Button
              size="small"
              variant="quiet"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              Explain
            </Button>
          ) : null}
        </div>
        {open && explanation ? (
          <p className="qd-note mt-1!">
            {explanation.why} {explanation.fix}{" "}
            {docs ? (
              <a href={docs} target="_blank" rel="noreferrer">
                {code} in the reference
              </a>
            ) : null}
          </p>
        ) : null}
      </div>
      <span className="qd-config-finding-path">
        {[path.replace(/^spec\./, ""), code].filter(Boolean).join(" · ")}
      </span>
      <button
        type="button"
        className="qd-config-place"
        aria-label={`Go to line ${line}, column ${column}`}
        onClick={() => onGoTo(line, column)}
      >
        {place}
      </button>
    </li>
  );
}
