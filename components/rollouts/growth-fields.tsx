"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Segmented } from "@/components/ui/segmented";
import { TextField } from "@/components/ui/text-field";
import { type DraftStep, exponentialShares, linearShares } from "./plan-shape";
import { SHAPES } from "./rollout-draft";

type Growth = "list" | "linear" | "exponential";

/** Writes the steps from how they grow; afterwards each of them can be changed by itself. */
export function GrowthFields({
  hold,
  onShares,
}: {
  hold: DraftStep["hold"];
  onShares: (steps: readonly DraftStep[]) => void;
}) {
  const [growth, setGrowth] = useState<Growth>("list");
  const [numbers, setNumbers] = useState({ from: 10, by: 10, factor: 2, to: 100 });
  const write = (kind: Growth, { from, by, factor, to }: typeof numbers) => {
    const shares =
      kind === "list"
        ? SHAPES.list
        : kind === "linear"
          ? linearShares(from, by, to)
          : exponentialShares(from, factor, to);
    onShares(shares.map((weight) => ({ weight, ...(hold === undefined ? {} : { hold }) })));
  };
  const field = (name: keyof typeof numbers, label: string, least: number) => (
    <TextField
      label={label}
      type="number"
      step="any"
      min={least}
      max={100}
      value={Number.isNaN(numbers[name]) ? "" : numbers[name]}
      error={numbers[name] >= least && numbers[name] <= 100 ? undefined : `from ${least} to 100`}
      onChange={({ target }) =>
        setNumbers({ ...numbers, [name]: target.value === "" ? NaN : Number(target.value) })
      }
    />
  );
  const shown = growth === "linear" ? ([["by", 1]] as const) : ([["factor", 1.1]] as const);
  const isFit = [numbers.from, numbers.to, ...shown.map(([name]) => numbers[name])].every(
    (value) => value >= 1 && value <= 100,
  );
  return (
    <div className="qd-growth">
      <Segmented
        label="How shares grow"
        value={growth}
        options={[
          { value: "list", label: "Four steps" },
          { value: "linear", label: "Linear" },
          { value: "exponential", label: "Exponential" },
        ]}
        onChange={(kind) => {
          setGrowth(kind);
          const next = { ...numbers, from: kind === "exponential" ? 1 : 10 };
          setNumbers(next);
          write(kind, next);
        }}
      />
      {growth === "list" ? null : (
        <>
          {field("from", "From, %", 1)}
          {growth === "linear" ? field("by", "Each by, points", 1) : field("factor", "Times", 1.1)}
          {field("to", "Up to, %", 1)}
          <Button
            disabledReason={isFit ? undefined : "These numbers make no steps"}
            onClick={() => write(growth, numbers)}
          >
            Write these steps
          </Button>
        </>
      )}
    </div>
  );
}
