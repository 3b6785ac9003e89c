import type { Random } from "@/sandbox/random";
import type { AppModel, Load, TrafficModel } from "@/sandbox/traffic/traffic-model";
import { INGRESS, partnerHost, PORT, publicHost } from "./scale-objects";
import type { Layer, PlannedService } from "./service-plan";

/** A mesh gets about so many requests a second from outside for each of its services. */
const RATE_A_SERVICE = 2;
/** So many of them are followed one by one; each stands for the others of its kind. */
const FOLLOWED_PER_SECOND = 120;

const LATENCY_MS: Readonly<Record<Layer, number>> = { edge: 6, middle: 4, data: 2, hub: 1 };

/**
 * The load of a large mesh: edge services by a power law (the busiest gets a good part of all, most
 * get little), and every service asks those that the plan says.
 */
export function scaleTraffic(plan: readonly PlannedService[], random: Random): TrafficModel {
  const edges = plan.filter(({ layer }) => layer === "edge");
  const popularity = edges.map((_, rank) => 1 / (rank + 1));
  const sum = popularity.reduce((total, value) => total + value, 0);
  const total = plan.length * RATE_A_SERVICE;
  // Popularity has nothing to do with the order of names.
  const order = shuffled(edges, random);
  return {
    loads: order.map((edge, rank) => loadOf(edge, (total * (popularity[rank] ?? 0)) / sum)),
    apps: Object.fromEntries(
      plan.map((planned) => [`${planned.namespace}/${planned.name}`, appOf(planned, plan, random)]),
    ),
    followedPerSecond: FOLLOWED_PER_SECOND,
  };
}

const loadOf = (edge: PlannedService, requestsPerSecond: number): Load => ({
  service: { ...INGRESS, port: 80 },
  requestsPerSecond,
  requests: [
    {
      weight: 1,
      method: "GET",
      authority: publicHost(edge),
      path: `/${edge.name}`,
      headers: { "user-agent": "fortio.org/fortio-1.69.5" },
    },
  ],
});

function appOf(planned: PlannedService, plan: readonly PlannedService[], random: Random): AppModel {
  const calls = planned.calls.flatMap(({ callee, share }) => {
    const target = plan[callee];
    if (!target) return [];
    const host =
      target.namespace === planned.namespace ? target.name : `${target.name}.${target.namespace}`;
    return [{ host, port: PORT, method: "GET", path: `/${target.name}`, share }];
  });
  // The service of an external host: see the objects.
  const partner =
    planned.layer !== "edge" && planned.versions.length === 1 && planned.index % 8 === 5
      ? [{ host: partnerHost(planned), port: 80, method: "GET", path: "/v1", share: 0.1 }]
      : [];
  return {
    latencyMs: LATENCY_MS[planned.layer] * (0.5 + random.next()),
    responseBytes: 200 + random.below(4000),
    calls: [...calls, ...partner],
  };
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    const [a, b] = [order[i], order[j]];
    if (a !== undefined && b !== undefined) [order[i], order[j]] = [b, a];
  }
  return order;
}
