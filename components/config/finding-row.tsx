"use client";

import Link from "next/link";
import { type ReactNode, useState } from "react";
import type { EditorFinding } from "@/components/editor/editor-finding";
import { objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
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
  const scoped = useScopedHref();
  const { level, message, path, code, line, column, explanation, docs, related } = finding;
  const place = `${line}:${column}`;
  return (
    <li className="qd-config-finding">
      <StatusGlyph status={STATUS[level]} label={SPOKEN[level]} />
      <div className="min-w-0">
        <span>{message}</span>
        <div className="mt-1 flex flex-wrap items-center gap-1 empty:hidden">
          {actions}
          {explanation || related.length > 0 ? (
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
        {open && related.length > 0 ? (
          <ul className="qd-note m-0 mt-1! list-none p-0">
            {related.map((other) => (
              <li key={`${other.kind}/${other.namespace}/${other.name}/${other.message}`}>
                <Link href={scoped(objectHref(other))}>
                  {other.kind} {[other.namespace, other.name].filter(Boolean).join("/")}
                </Link>
                : {other.message}
              </li>
            ))}
          </ul>
        ) : null}
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
