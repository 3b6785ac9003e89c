import type { Cluster } from "../ports";

const PROGRAMS = ["istiod", "envoy"] as const;
type Program = (typeof PROGRAMS)[number];

/** How many requests went to programs in pods since this process began. */
export interface PodRequestCounts {
  /** The same way to pods, every request of which is counted as one to `program`. */
  counting(program: Program, cluster: Pick<Cluster, "podRequest">): Pick<Cluster, "podRequest">;
  all(): readonly { readonly program: Program; readonly count: number }[];
}

/** Counts of this process, from zero. */
export function podRequestCounts(): PodRequestCounts {
  const counts: Record<Program, number> = { istiod: 0, envoy: 0 };
  return {
    counting: (program, cluster) => ({
      podRequest: (...request) => {
        counts[program] += 1;
        return cluster.podRequest(...request);
      },
    }),
    all: () => PROGRAMS.map((program) => ({ program, count: counts[program] })),
  };
}
