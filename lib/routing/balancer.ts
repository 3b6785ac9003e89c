import type { Endpoint } from "@/lib/mesh/endpoints";
import { type EndpointGroup, type GroupedEndpoints, weightOf } from "./endpoint-groups";

/** Endpoints to choose from, with their weights in the same order; all count alike without. */
export interface Choices {
  readonly endpoints: readonly Endpoint[];
  readonly weights: readonly number[] | undefined;
}

/** A priority counts as healthy in full as long as this many times its healthy part is all of it. */
const OVERPROVISIONING = 1.4;
/** So many choices are remembered; beyond them they are worked out anew. */
const MOST_KNOWN = 16;

/**
 * Spreads requests over the groups of a cluster's endpoints, as far as these are not ejected.
 * Source: Envoy's load balancing by priority and locality.
 */
export class Balancer {
  private readonly known = new Map<string, Choices>();

  /** @param panicPercent below which part of healthy endpoints a priority takes the ejected ones too */
  constructor(
    private readonly grouped: GroupedEndpoints,
    private readonly panicPercent: number,
  ) {}

  /** The endpoints that stand to be chosen while others are ejected, by their addresses. */
  choices(ejected: ReadonlySet<string>): Choices {
    const key = [...ejected].sort().join();
    const found = this.known.get(key) ?? this.balanced(ejected);
    if (this.known.size < MOST_KNOWN) this.known.set(key, found);
    return found;
  }

  /** The same without some priorities; undefined where no other has anybody. */
  choicesBeside(ejected: ReadonlySet<string>, left: ReadonlySet<number>): Choices | undefined {
    const levels = this.levels(ejected);
    const loads = loadsOf(levels.map((level, index) => (left.has(index) ? emptied(level) : level)));
    return loads.some((load) => load > 0) ? this.spread(levels, loads) : undefined;
  }

  /** The priority of an endpoint; 0 is the highest. */
  priorityOf(endpoint: Endpoint): number {
    const group = this.grouped.groups.find(({ endpoints }) => endpoints.includes(endpoint));
    return group?.priority ?? 0;
  }

  private balanced(ejected: ReadonlySet<string>): Choices {
    const levels = this.levels(ejected);
    return this.spread(levels, loadsOf(levels));
  }

  private spread(levels: readonly Level[], loads: readonly number[]): Choices {
    const endpoints: Endpoint[] = [];
    const weights: number[] = [];
    for (const [index, level] of levels.entries()) {
      const load = loads[index] ?? 0;
      if (load <= 0) continue;
      const parts = level.groups.map((group) => this.partOf(group, level.panics));
      const total = parts.reduce((sum, { weight }) => sum + weight, 0);
      for (const { members, weight } of parts) {
        const among = members.reduce((sum, endpoint) => sum + weightOf(endpoint), 0);
        for (const endpoint of members) {
          endpoints.push(endpoint);
          weights.push((load * weight * weightOf(endpoint)) / (total * among));
        }
      }
    }
    const alike = weights.every((weight) => Math.abs(weight - (weights[0] ?? 0)) < 1e-9);
    return { endpoints, weights: alike ? undefined : weights };
  }

  private levels(ejected: ReadonlySet<string>): readonly Level[] {
    const byPriority: HealthGroup[][] = [];
    for (const group of this.grouped.groups) {
      const healthy = group.endpoints.filter(({ address }) => !ejected.has(address));
      (byPriority[group.priority] ??= []).push({ ...group, healthy });
    }
    const levels = byPriority.map((groups) => {
      const total = groups.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
      const healthy = groups.reduce((sum, group) => sum + group.healthy.length, 0);
      return { groups, total, healthy };
    });
    const available = levels.reduce((sum, level) => sum + availability(level), 0);
    return levels.map((level) => {
      const low = (100 * level.healthy) / level.total < this.panicPercent;
      return { ...level, panics: available < 1 && low };
    });
  }

  private partOf(group: HealthGroup, panics: boolean) {
    const members = panics ? group.endpoints : group.healthy;
    const own = members.reduce((sum, endpoint) => sum + weightOf(endpoint), 0);
    if (!this.grouped.byLocality) return { members, weight: own };
    const part = OVERPROVISIONING * (group.healthy.length / group.endpoints.length);
    return { members, weight: panics ? group.weight : group.weight * Math.min(1, part) };
  }
}

/** A priority as if nobody in it were healthy. */
const emptied = (level: Level): Level => ({ ...level, healthy: 0, panics: false });

interface HealthGroup extends EndpointGroup {
  readonly healthy: readonly Endpoint[];
}

/** The endpoints of one priority. */
interface Level {
  readonly groups: readonly HealthGroup[];
  readonly total: number;
  readonly healthy: number;
  /** Whether so few are healthy that ejected ones are as good. */
  readonly panics: boolean;
}

const availability = ({ healthy, total }: Pick<Level, "healthy" | "total">): number =>
  Math.min(1, (OVERPROVISIONING * healthy) / total);

/** Which part of the requests goes to each priority: the first takes what it can. */
function loadsOf(levels: readonly Level[]): readonly number[] {
  const available = levels.reduce((sum, level) => sum + availability(level), 0);
  if (available === 0) {
    // Nobody is healthy: who panics takes by the number of endpoints, and else nobody takes.
    const total = levels.reduce((sum, level) => sum + (level.panics ? level.total : 0), 0);
    return levels.map((level) => (level.panics ? level.total / total : 0));
  }
  let left = 1;
  return levels.map((level) => {
    const load = Math.min(left, availability(level) / Math.min(1, available));
    left -= load;
    return load;
  });
}
