import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { Steps } from "@/lib/rollout/plan-steps";

/** One step as it is typed; what nobody has typed is null or absent. */
export interface DraftStep {
  readonly weight?: number | null;
  /** Seconds; the plan's own hold where absent. */
  readonly hold?: number | string | null;
  readonly approval?: boolean;
  /** Percent of requests of which it gets copies; then the weight is 0. */
  readonly mirror?: number | null;
}

/** How long a step lasts that does not say so, where the plan does not either (s). */
const HOLD = 60;

/** The steps of a plan, whichever way they are written; a blue/green plan has its one. */
export function stepsOf(spec: JsonRecord): readonly DraftStep[] {
  const { steps } = spec;
  if (spec["strategy"] === "blueGreen" && steps === undefined) return [{ weight: 100 }];
  if (Array.isArray(steps)) return steps.map((step: unknown) => stepOf(step));
  const generated = Steps.safeParse(steps);
  return generated.success ? generated.data.map(({ weight }) => ({ weight })) : [];
}

function stepOf(step: unknown): DraftStep {
  if (typeof step === "number") return { weight: step };
  return isRecord(step) ? step : {};
}

/** How long a step lasts, in seconds; NaN where that cannot be read. */
export function holdOf(spec: JsonRecord, { hold }: DraftStep): number {
  const given = hold === undefined ? (spec["hold"] ?? HOLD) : hold;
  return typeof given === "number" ? given : NaN;
}

/** The shares of steps that grow evenly; the last one is always `to`. */
export function linearShares(from: number, by: number, to: number): number[] {
  const shares: number[] = [];
  for (let share = from; share < to && by > 0; share += by) shares.push(share);
  return [...shares, to];
}

/** The shares of steps that grow by a factor; the last one is always `to`. */
export function exponentialShares(from: number, factor: number, to: number): number[] {
  const shares: number[] = [];
  for (let share = from; share < to && factor > 1; share *= factor) shares.push(Math.round(share));
  return [...new Set([...shares, to])];
}

/** A share between those of its neighbours, so that the plan stays one that goes up. */
export function boundedShare(steps: readonly DraftStep[], index: number, wanted: number): number {
  const known = (step: DraftStep | undefined, otherwise: number) =>
    step?.mirror === undefined ? (step?.weight ?? otherwise) : otherwise;
  const least = known(steps[index - 1], 1);
  const most = known(steps[index + 1], 100);
  return Math.round(Math.min(Math.max(wanted, least), Math.max(least, most)));
}
