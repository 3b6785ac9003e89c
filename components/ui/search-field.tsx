"use client";

import { Search, X } from "lucide-react";
import type { Ref } from "react";
import { Icon } from "./icon";
import { IconButton } from "./icon-button";

/** Narrows what is below it as one types; Esc empties it. */
export function SearchField({
  label,
  value,
  onChange,
  placeholder,
  mono = false,
  className,
  combobox,
  ref,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  mono?: boolean;
  className?: string;
  /** Where a list of completions belongs to it: its id, whether it is open, and the active option's id. */
  combobox?: { list: string; open: boolean; active: string | undefined };
  ref?: Ref<HTMLInputElement>;
}) {
  return (
    <span className={`qd-input ${className ?? ""}`} data-mono={mono || undefined}>
      <Icon of={Search} />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        {...(combobox
          ? {
              role: "combobox",
              "aria-autocomplete": "list" as const,
              "aria-expanded": combobox.open,
              "aria-controls": combobox.list,
              "aria-activedescendant": combobox.active,
            }
          : {})}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || value === "") return;
          event.stopPropagation();
          onChange("");
        }}
      />
      {value === "" ? null : (
        <IconButton
          size="small"
          label={`Clear: ${label}`}
          icon={<Icon of={X} />}
          onClick={() => onChange("")}
        />
      )}
    </span>
  );
}
