"use client";

import type { InputHTMLAttributes } from "react";
import { Field } from "./field";

/** A line of text, with its label above. `mono` for names a machine gave. */
export function TextField({
  label,
  hint,
  error,
  mono = false,
  ...input
}: InputHTMLAttributes<HTMLInputElement> & {
  label: string;
  hint?: string;
  error?: string | undefined;
  mono?: boolean;
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <span className="qd-input" data-mono={mono || undefined} data-invalid={error && ""}>
          <input type="text" autoComplete="off" {...input} {...control} />
        </span>
      )}
    </Field>
  );
}
