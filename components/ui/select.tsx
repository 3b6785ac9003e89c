"use client";

import type { SelectHTMLAttributes } from "react";

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

/** One of many, by the platform's own list. Name it by `aria-label`, or wrap it in a Field. */
export function Select<Value extends string>({
  options,
  value,
  onChange,
  ...rest
}: Omit<SelectHTMLAttributes<HTMLSelectElement>, "value" | "onChange"> & {
  options: readonly SelectOption<Value>[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <select
      {...rest}
      className={`qd-select ${rest.className ?? ""}`}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.target.value);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
