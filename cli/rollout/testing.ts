import { stringify } from "yaml";
import { vi } from "vitest";
import { simulate } from "./simulate";
import { readSimulation } from "./simulation-file";
import type { Story } from "./story";

type Fields = Readonly<Record<string, unknown>>;

// A whole rollout is thousands of requests: quick alone, slow beside everything else.
vi.setConfig({ testTimeout: 60_000 });

const HOST = "reviews.shop.svc.cluster.local";

/** A destination of the reviews host. */
export const to = (subset: string, weight?: number): Fields => ({
  destination: { host: HOST, subset },
  ...(weight === undefined ? {} : { weight }),
});

/** VirtualService `shop/reviews`, its first route named `primary`. */
export const aVirtualService = (
  route: readonly unknown[] = [to("v1", 100), to("v2", 0)],
  more: Fields = {},
): Fields => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "reviews", namespace: "shop" },
  spec: { hosts: ["reviews"], http: [{ name: "primary", route, ...more }] },
});

/** A Deployment of a version of reviews with four pods, `ready` of them ready. */
export const aDeployment = (version: string, ready = 4, app = "reviews"): Fields => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: `${app}-${version}`, namespace: "shop" },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app, version } },
    template: {
      metadata: { labels: { app, version } },
      spec: { containers: [{ name: app, image: `${app}:${version}` }] },
    },
  },
  status: { readyReplicas: ready },
});

/** The DestinationRule of reviews with these subsets. */
export const aDestinationRule = (...subsets: readonly string[]): Fields => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name: "reviews", namespace: "shop" },
  spec: {
    host: "reviews",
    subsets: subsets.map((version) => ({ name: version, labels: { version } })),
  },
});

const SERVICE: Fields = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "reviews", namespace: "shop" },
  spec: { selector: { app: "reviews" }, ports: [{ name: "http", port: 9080 }] },
};

/** The objects of S0 (rollouts.md section 7), with another VirtualService if one is given. */
export const objects = (virtualService = aVirtualService()): readonly Fields[] => [
  virtualService,
  aDestinationRule("v1", "v2"),
  SERVICE,
  aDeployment("v1"),
  aDeployment("v2"),
];

/** The rollout of S0 with changes of its spec. */
export const aRollout = (changes: Fields = {}, name = "reviews-v2"): Fields => {
  const { analysis, ...rest } = changes;
  return {
    apiVersion: "quarterdeck.dev/v1alpha1",
    kind: "CanaryRollout",
    metadata: { name, namespace: "shop" },
    spec: {
      target: { virtualService: "reviews", route: { name: "primary" }, host: "reviews" },
      stable: { subset: "v1" },
      canary: { subset: "v2" },
      steps: [10, 25, 50, 100],
      hold: "60s",
      ...rest,
      analysis: {
        successRate: { min: 99 },
        p99: { maxMs: 500 },
        ...(analysis as Fields | undefined),
      },
    },
  };
};

/** S1: S0 with the sequential judge. */
export const sequential = (changes: Fields = {}): Fields => ({
  successRate: undefined,
  p99: undefined,
  judge: "sequential",
  ...changes,
});

/** A simulation as a test tells it: `90/10@0` for a write, `pass@20` for a check. */
export interface Told extends Story {
  readonly wrote: readonly string[];
  readonly checked: readonly string[];
  /** `Paused(NoData)@300`. */
  readonly ended: string;
  readonly warnings: readonly string[];
  readonly stories: readonly Story[];
  /** What the cluster holds at the end, by kind and name. */
  readonly objects: Readonly<Record<string, unknown>>;
}

/** Runs a simulation file with these fields, S0 where they say nothing. */
export async function run(fields: Fields = {}): Promise<Told> {
  const { spec = {}, ...file } = fields;
  const text = stringify({
    rollout: aRollout(spec as Fields),
    objects: objects(),
    until: 400,
    ...file,
  });
  const result = await simulate(readSimulation({ file: "test.yaml", text }));
  const [story] = result.stories;
  if (!story) throw new Error("no story");
  const last = story.phases.at(-1);
  return {
    ...story,
    wrote: story.writes.map(writeText),
    checked: story.checks.map(({ t, verdict }) => `${verdict}@${t}`),
    ended: last ? `${last.phase}${last.reason && `(${last.reason})`}@${last.t}` : "",
    warnings: [...result.warnings, ...result.problems.map(({ field }) => field)],
    stories: result.stories,
    objects: Object.fromEntries(
      result.objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]),
    ),
  };
}

/** `75/25@60`. */
export const writeText = ({ t, weights }: Story["writes"][number]): string =>
  `${Object.values(weights).join("/")}@${t}`;
