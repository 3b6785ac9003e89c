"use client";

import type { KeyboardEvent, PointerEvent } from "react";
import { formatDuration } from "@/components/ui/format";
import { boundedShare, type DraftStep } from "./plan-shape";
import { percent } from "./state-words";

/** Pixels of a bar at 100 %. */
const HEIGHT = 132;
const KEYS: Readonly<Record<string, (weight: number) => number>> = {
  ArrowUp: (weight) => weight + 1,
  ArrowRight: (weight) => weight + 1,
  ArrowDown: (weight) => weight - 1,
  ArrowLeft: (weight) => weight - 1,
  PageUp: (weight) => weight + 10,
  PageDown: (weight) => weight - 10,
  Home: () => 1,
  End: () => 100,
};

/** The shape of the plan: each bar is dragged, or moved by the arrow keys, Page Up and Page Down. */
export function StepCurve({
  steps,
  hold,
  onChange,
  fixed,
}: {
  steps: readonly DraftStep[];
  /** How long a step lasts, in seconds. */
  hold: (step: DraftStep) => number;
  onChange: (steps: readonly DraftStep[]) => void;
  /** Whether the shares are what they are. */
  fixed: boolean;
}) {
  const move = (index: number, wanted: number) => {
    const step = steps[index];
    const weight = boundedShare(steps, index, wanted);
    if (step && step.weight !== weight) onChange(steps.with(index, { ...step, weight }));
  };
  return (
    <ol className="qd-ladder" data-tall="" aria-label="Shape of the plan">
      {steps.map((step, index) => {
        const seconds = hold(step);
        return (
          <li
            key={index}
            data-step="ahead"
            data-mirror={step.mirror === undefined ? undefined : ""}
          >
            {fixed || step.mirror !== undefined ? (
              <span
                className="qd-ladder-bar"
                aria-hidden
                style={{ height: 4 + ((step.mirror ?? step.weight ?? 0) * HEIGHT) / 100 }}
              />
            ) : (
              <Bar index={index} step={step} onMove={(wanted) => move(index, wanted)} />
            )}
            <span className="qd-ladder-label">
              <b>{shareText(step)}</b>
            </span>
            <span className="qd-note">
              hold {Number.isNaN(seconds) ? "–" : formatDuration(seconds * 1000)}
              {step.approval ? ", after approval" : ""}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function shareText({ weight, mirror }: DraftStep): string {
  if (mirror !== undefined) return `copies of ${mirror === null ? "–" : percent(mirror)}`;
  return typeof weight === "number" ? percent(weight) : "–";
}

function Bar({
  index,
  step,
  onMove,
}: {
  index: number;
  step: DraftStep;
  onMove: (wanted: number) => void;
}) {
  const weight = Math.min(100, Math.max(0, step.weight ?? 0));
  const onKeyDown = (event: KeyboardEvent) => {
    const change = KEYS[event.key];
    if (!change) return;
    event.preventDefault();
    onMove(change(weight));
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    const area = event.currentTarget.getBoundingClientRect();
    onMove(((area.bottom - event.clientY - 4) / HEIGHT) * 100);
  };
  return (
    <span
      className="qd-curve-bar"
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Share of step ${index + 1}`}
      aria-valuemin={1}
      aria-valuemax={100}
      aria-valuenow={weight}
      aria-valuetext={`${weight} percent`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event);
      }}
    >
      <span className="qd-ladder-bar" aria-hidden style={{ height: 4 + (weight * HEIGHT) / 100 }} />
    </span>
  );
}
