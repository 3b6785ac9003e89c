import { AppError } from "@/lib/base/errors";
import type { KubeObject } from "@/lib/k8s/object";
import { type CanaryRollout, parseRollout } from "@/lib/rollout/plan";
import type { RolloutStatus } from "@/lib/rollout/status";
import type { Logger } from "@/server/log";
import { previewOf, type RolloutPreview } from "@/server/rollouts/preview-rollout";
import type { RolloutRef } from "@/server/rollouts/rollout-store";
import { startRollout } from "@/server/rollouts/start-rollout";
import { deskOf } from "./desk-of";
import { doEvent } from "./events";
import { backtested, expectations } from "./expectations";
import { startReplica } from "./replica";
import type { Simulation } from "./simulation-file";
import { simulatedCluster } from "./simulated-cluster";
import { simulatedMetrics } from "./simulated-metrics";
import { namesReceiver, simulatedReceiver } from "./simulated-receiver";
import { simulatedTraffic } from "./simulated-traffic";
import { simulatedWebhooks } from "./simulated-webhooks";
import { type Story, storedStatus, StoryTeller } from "./story";
import { START, virtualTime } from "./virtual-time";
import { liveWeights } from "./live-shares";
import { watchedTransport } from "./watched-transport";
import type { World } from "./world";

/** Until then a process has heard of what another one stored. */
const SEEN_MS = 50;

const TRAFFIC_KINDS = ["VirtualService", "DestinationRule", "HTTPRoute", "Deployment"] as const;

/** What a simulation gave: a story for each rollout of the file, in its order. */
export interface SimulationResult {
  readonly stories: readonly Story[];
  /** Fields of rollouts that cannot be read. */
  readonly problems: readonly { readonly field: string; readonly message: string }[];
  /** What went wrong beside the rollouts: edits that the server refused. */
  readonly warnings: readonly string[];
  /** What the cluster holds at the end of what carries traffic, and of what serves it. */
  readonly objects: readonly KubeObject[];
}

/**
 * Runs a simulation: the engine, its stores and the sandbox's API on one virtual clock.
 * `look` is called at the end of each second; `shards` is how many Leases the replicas share.
 */
export async function simulate(
  simulation: Simulation,
  look: (second: number, world: World) => void = () => undefined,
  shards = 1,
): Promise<SimulationResult> {
  const parsed = simulation.rollouts.map((value) => parseRollout(value));
  const problems = parsed.flatMap((outcome) => ("problems" in outcome ? outcome.problems : []));
  if (problems.length > 0) {
    const stories = parsed.map((outcome) => refusedStory(outcome));
    return { stories, problems, warnings: [], objects: [] };
  }
  const rollouts = parsed.flatMap((outcome) => ("rollout" in outcome ? [outcome.rollout] : []));
  const time = virtualTime();
  const cluster = simulatedCluster(time, simulation.objects, {
    rollouts,
    store: simulation.store,
  });
  const tellers = rollouts.map(
    ({ metadata }) => new StoryTeller(`${metadata.namespace}/${metadata.name}`, time.second, START),
  );
  cluster.onChange((object) => {
    time.stir();
    const stored = storedStatus(object);
    if (stored) tellers.find(({ key }) => key === stored.key)?.sees(stored.status);
  });

  const traffic = simulatedTraffic(simulation.traffic, rollouts);
  const metrics = simulatedMetrics(traffic, time.clock(), () => {
    const now = time.second();
    const fault = simulation.prometheus.find(({ from, to = Infinity }) => now >= from && now < to);
    return fault && { kind: fault.mode };
  });
  const webhooks = simulatedWebhooks(simulation.webhooks, time.second);
  const receiver = simulatedReceiver(time.second, time.stir);
  const isTold = rollouts.some(namesReceiver);
  const warnings: string[] = [];
  const bugs: unknown[] = [];
  const quiet: Logger = {
    info: () => undefined,
    warn: () => undefined,
    error: ({ err }, message) => bugs.push(new Error(message, { cause: err })),
  };
  const turned = (ms: number) => void turns.push(ms);
  const decided = ({ namespace, name }: RolloutRef, status: RolloutStatus) =>
    tellers.find(({ key }) => key === `${namespace}/${name}`)?.sees(status);
  const shared = {
    clock: time.clock(),
    metrics,
    log: quiet,
    random: () => 0,
    turned,
    decided,
    webhooks,
    shards,
    ...(isTold && { post: receiver.post }),
  };
  const requests = { weights: 0, dryRun: 0, status: 0, reads: 0, other: 0 };
  const turns: number[] = [];
  const observed = watchedTransport(cluster.transport, time, {
    readLag: simulation.readLag,
    count: requests,
    isDown: (second) =>
      simulation.apiServer.some(({ from, to = Infinity }) => second >= from && second < to),
    wrote: (object) => {
      const weights = rollouts.map((rollout) => liveWeights(cluster.view(), object, rollout));
      // Several rollouts may share an object: a write is that of the one whose weights it changed.
      const isOwn = tellers.map((teller, index) => teller.isNews(weights[index]));
      tellers.forEach((teller, index) => {
        const own = weights[index];
        if (own && (isOwn[index] || !isOwn.includes(true))) teller.wrote(object, own);
      });
    },
  });
  const start = (name: string, off?: string) =>
    startReplica({ ...shared, transport: off ? cluster.transport : observed }, name, off);
  let count = 0;
  let commands = 0;
  const replicas = Array.from({ length: simulation.replicas }, () => start(`r${(count += 1)}`));
  const world: World = {
    time,
    cluster,
    metrics,
    desk: start("desk", "it only takes commands"),
    replicas,
    rollouts,
    turns,
    requests,
    replace(gone) {
      replicas[replicas.indexOf(gone)] = start(`r${(count += 1)}`);
    },
    nextCommandId: () => `command-${(commands += 1)}`,
    warn: (message) => warnings.push(message),
  };

  await time.runUntil(0);
  rollouts.forEach((rollout, index) => tellers[index]?.sawWeights(cluster.weightsOf(rollout)));
  traffic.pass(-1, cluster.view());
  metrics.scrape(START);
  time.begin(0);
  for (const [index, rollout] of rollouts.entries()) {
    const { dryRun, startedBy: by } = simulation;
    const more = expectations(rollout, simulation);
    await begin(world, rollout, { teller: tellers[index], by, dryRun, more });
    const teller = tellers[index];
    if (teller && simulation.backtest) teller.backtest = backtested(rollout, simulation);
  }
  await run(world, simulation, (second) => {
    look(second, world);
    traffic.pass(second, cluster.view());
    metrics.scrape(START + (second + 1) * 1000);
  });
  const stories = rollouts.map((rollout, index) => {
    const teller = tellers[index] as StoryTeller;
    teller.notifications = receiver.of(rollout);
    return teller.tell(cluster.weightsOf(rollout));
  });
  for (const replica of [...replicas, world.desk]) replica.kill();
  // What the product calls a bug of its own is one of the simulation, too.
  if (bugs.length > 0) throw bugs[0];
  const view = cluster.view();
  const objects = TRAFFIC_KINDS.flatMap((kind) => view.list(kind));
  return { stories, problems, warnings, objects };
}

/** Second after second: what happened in it, then what people do, then what the product does. */
async function run(
  world: World,
  { events, until }: Simulation,
  pass: (second: number) => void,
): Promise<void> {
  const { time } = world;
  for (let second = 0; second <= until; second += 1) {
    if (second > 0) {
      pass(second - 1);
      time.begin(second);
    }
    for (const event of events) {
      if (Math.floor(event.at) === second) await doEvent(world, event);
    }
    await time.runUntil(second + 1);
  }
}

async function begin(
  world: World,
  rollout: CanaryRollout,
  {
    teller,
    by,
    dryRun,
    more,
  }: {
    readonly teller: StoryTeller | undefined;
    readonly by: string;
    readonly dryRun: boolean;
    /** What is to be expected beside. */
    readonly more: object;
  },
): Promise<void> {
  const acts = deskOf(world, by);
  const preview = await previewOf(acts, rollout);
  const { findings } = preview;
  if (dryRun && teller) teller.preview = { ...toldPreview(preview), ...more };
  const refused = findings.find(({ level }) => level === "error");
  if (refused) teller?.rejected(refused.code, `${refused.field}: ${refused.message}`);
  else if (!dryRun) {
    try {
      await startRollout(acts, rollout);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      teller?.rejected("WriteRefused", error.message);
    }
  }
  // The next one is to see it.
  await world.time.runFor(SEEN_MS);
}

/** What a person would be shown, without the texts of whole objects. */
const toldPreview = ({ findings, startable, verdict, pods, duration, plan }: RolloutPreview) => ({
  startable,
  findings,
  verdict,
  pods,
  seconds: duration / 1000,
  steps: (plan?.steps ?? []).map(({ share, title, patches, before, after, notes }) => ({
    share,
    title,
    patches,
    before,
    after,
    notes,
  })),
});

function refusedStory(outcome: ReturnType<typeof parseRollout>): Story {
  const teller = new StoryTeller("", () => 0, START);
  const [first] = "problems" in outcome ? outcome.problems : [];
  teller.rejected("Invalid", first ? `${first.field} ${first.message}` : "another is invalid");
  return teller.tell({});
}
