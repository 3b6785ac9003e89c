import type { Load, TrafficModel } from "./traffic-model";

/** A load as it is simulated: its requests, some of which stand for many. */
export interface FollowedLoad extends Load {
  /** From one request that is followed to the next, in ms. */
  readonly periodMs: number;
  /** Where in its period each one falls, from 0 to 1. */
  readonly phase: number;
  /** How many requests each one stands for: whole, so that counters stay whole. */
  readonly times: number;
}

/**
 * The loads of a model under its limit of followed requests. Quiet loads are followed one by one;
 * of busy ones all the same number a second, so that each request stands for as many as it takes.
 */
export function followed({ loads, followedPerSecond = Infinity }: TrafficModel): FollowedLoad[] {
  const most = shareOf(
    loads.map(({ requestsPerSecond }) => requestsPerSecond),
    followedPerSecond,
  );
  return loads.map((load, index) => {
    const times = Math.max(1, Math.ceil(load.requestsPerSecond / most));
    // Without a limit everybody keeps to the grid; with one, thousands must not come at once.
    const phase = followedPerSecond === Infinity ? 0 : index / loads.length;
    return { ...load, times, phase, periodMs: (1000 * times) / load.requestsPerSecond };
  });
}

/** The rate to which the highest ones are cut so that all together come to `limit`. */
function shareOf(rates: readonly number[], limit: number): number {
  let left = limit;
  const rising = [...rates].sort((a, b) => a - b);
  for (const [index, rate] of rising.entries()) {
    const share = left / (rising.length - index);
    if (rate >= share) return share;
    left -= rate;
  }
  return Infinity;
}
