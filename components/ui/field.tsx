"use client";

import { type ReactNode, useId } from "react";
import { StatusGlyph } from "./status-glyph";

/** What a control inside a field must put on its element. */
export interface FieldControl {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
}

/** A labelled control with its hint, or what is wrong with its value. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  children: (control: FieldControl) => ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  const control: FieldControl = {
    id,
    ...(hint || error ? { "aria-describedby": noteId } : {}),
    ...(error ? { "aria-invalid": true as const } : {}),
  };
  return (
    <div className="qd-field">
      <label htmlFor={id}>{label}</label>
      {children(control)}
      {error ? (
        <span id={noteId} className="text-xs text-fail-text">
          <StatusGlyph status="fail" size={12} /> {error}
        </span>
      ) : hint ? (
        <span id={noteId} className="qd-note">
          {hint}
        </span>
      ) : null}
    </div>
  );
}
