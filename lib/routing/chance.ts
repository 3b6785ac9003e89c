/** What is left to chance in a decision. */
type ChoiceOf = "destination" | "endpoint" | "delay" | "abort" | "mirror" | "address" | "closing";

/** Decides what configuration leaves open. Whoever asks for a decision brings it along. */
export interface Chance {
  /** The index that is chosen, each in proportion to its weight; -1 where none has a weight. */
  weighted(what: ChoiceOf, weights: readonly number[]): number;
  /** One of `count` alike; -1 where there is none. */
  evenly(what: ChoiceOf, count: number): number;
  /** Whether something happens that happens to `percent` of requests. */
  falls(what: ChoiceOf, percent: number): boolean;
  /** A number in [0, 1) on which nothing but times depends. */
  spread(): number;
}

/** Chance as a run of random numbers in [0, 1) has it. */
export function sampling(next: (what: ChoiceOf | "spread") => number): Chance {
  return {
    weighted: (what, weights) => indexAt(weights, next(what)),
    evenly: (what, count) => Math.min(count - 1, Math.floor(next(what) * count)),
    falls: (what, percent) => next(what) * 100 < percent,
    spread: () => next("spread"),
  };
}

/** The index that a number in [0, 1) falls on, each weight taking its part of the way. */
export function indexAt(weights: readonly number[], draw: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let left = draw * total;
  for (const [index, weight] of weights.entries()) {
    if (weight <= 0) continue;
    left -= weight;
    if (left < 0) return index;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

/** One way that things can go, with how likely it is. */
export interface Possibility<T> {
  readonly probability: number;
  readonly value: T;
}

/** As many ways are followed; what is left beyond them goes by one sample each. */
const MAX_WAYS = 2000;

/** Everything that `run` can come to: it is run again for each way that chance can take. */
export function possibilities<T>(run: (chance: Chance) => T): readonly Possibility<T>[] {
  const found: Possibility<T>[] = [];
  const pending: (readonly number[])[] = [[]];
  for (let script = pending.pop(); script; script = pending.pop()) {
    const way = new Way(script, found.length + pending.length < MAX_WAYS);
    const value = run(way);
    pending.push(...way.others.reverse());
    found.push({ probability: way.probability, value });
  }
  return found;
}

/** Follows a script of choices, then the first that is possible, and notes the others. */
class Way implements Chance {
  probability = 1;
  readonly others: (readonly number[])[] = [];
  private readonly taken: number[] = [];

  constructor(
    private readonly script: readonly number[],
    private readonly branching: boolean,
  ) {}

  weighted(_: ChoiceOf, weights: readonly number[]): number {
    let total = 0;
    for (const weight of weights) total += Math.max(0, weight);
    if (total <= 0) return -1;
    const scripted = this.script[this.taken.length];
    if (scripted === undefined && !this.branching) return this.take(this.sampled(weights));
    const first = scripted ?? weights.findIndex((weight) => weight > 0);
    if (scripted === undefined) {
      for (const [index, weight] of weights.entries()) {
        if (index > first && weight > 0) this.others.push([...this.taken, index]);
      }
    }
    this.probability *= (weights[first] ?? 0) / total;
    return this.take(first);
  }

  evenly(what: ChoiceOf, count: number): number {
    return count > 0 ? this.weighted(what, new Array<number>(count).fill(1)) : -1;
  }

  falls(what: ChoiceOf, percent: number): boolean {
    const share = Math.min(100, Math.max(0, percent));
    return this.weighted(what, [share, 100 - share]) === 0;
  }

  spread(): number {
    return 0.5;
  }

  private take(index: number): number {
    this.taken.push(index);
    return index;
  }

  /** Spread over the choices by a fixed sequence, so that equal runs give equal results. */
  private sampled(weights: readonly number[]): number {
    let seed = 1;
    for (const index of this.taken) seed = (Math.imul(seed, 31) + index + 1) >>> 0;
    return indexAt(weights, (Math.imul(seed, 2654435769) >>> 0) / 2 ** 32);
  }
}
