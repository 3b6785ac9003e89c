"use client";

import { toFlowYaml } from "@/lib/yaml/stringify";
import type { MergeConflict } from "@/lib/yaml/merge";
import type { Side } from "./merge-draft";

/** One field that both sides changed: whose value stays. */
export function ConflictChoice({
  name,
  conflict,
  side,
  onChoose,
}: {
  name: string;
  conflict: MergeConflict;
  side: Side | undefined;
  onChoose: (side: Side) => void;
}) {
  return (
    <fieldset className="qd-config-choice">
      <legend>
        <code>{name || "the whole object"}</code>
      </legend>
      {(["theirs", "yours"] as const).map((option) => (
        <label key={option} className="qd-checkbox">
          <input
            type="radio"
            name={name}
            checked={side === option}
            onChange={() => onChoose(option)}
          />
          <span>
            {option === "theirs" ? "Theirs" : "Yours"}: <code>{shown(conflict[option])}</code>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const shown = (value: unknown): string => (value === undefined ? "removed" : toFlowYaml(value));
