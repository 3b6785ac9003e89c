"use client";

import type { KeyboardEvent, PointerEvent } from "react";
import { formatDuration } from "@/components/ui/format";
import type { DraftStep } from "./rollout-draft";
import { percent } from "./state-words";

/** Pixels of a bar at 100 %. */
const HEIGHT = 72;
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

/** A step's share between those of its neighbours, so that the plan stays one that goes up. */
export function boundedShare(steps: readonly DraftStep[], index: number, wanted: number): number {
  const known = (step: DraftStep | undefined, otherwise: number) =>
    step && Number.isFinite(step.weight) ? step.weight : otherwise;
  const least = known(steps[index - 1], 1);
  const most = known(steps[index + 1], 100);
  return Math.round(Math.min(Math.max(wanted, least), Math.max(least, most)));
}

/** The shape of the plan: each bar is dragged, or moved by the arrow keys, Page Up and Page Down. */
export function StepCurve({
  steps,
  onChange,
}: {
  steps: readonly DraftStep[];
  onChange: (steps: readonly DraftStep[]) => void;
}) {
  const move = (index: number, wanted: number) => {
    const step = steps[index];
    const weight = boundedShare(steps, index, wanted);
    if (step && step.weight !== weight) onChange(steps.with(index, { ...step, weight }));
  };
  return (
    <ol className="qd-ladder" aria-label="Shape of the plan">
      {steps.map((step, index) => (
        <li key={index} data-step="ahead">
          <Bar index={index} step={step} onMove={(wanted) => move(index, wanted)} />
          <span className="qd-ladder-label">
            <b>{Number.isNaN(step.weight) ? "–" : percent(step.weight)}</b>
          </span>
          <span className="qd-note">
            hold {Number.isNaN(step.hold) ? "–" : formatDuration(step.hold * 1000)}
          </span>
        </li>
      ))}
    </ol>
  );
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
  const weight = Number.isFinite(step.weight) ? Math.min(100, Math.max(0, step.weight)) : 0;
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
