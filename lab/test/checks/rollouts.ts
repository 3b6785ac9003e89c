import { eventually, found, inSeconds, must, pause, type Bench, type Check } from "../check";
import type { Client } from "../client";
import { kubectl, labDoes } from "../programs";
import { writeSplit } from "./writing";

/** Canaries judged by real traffic. */
export const rolloutChecks: readonly Check[] = [
  { title: "a canary that goes bad is rolled back by itself", run: goesBad },
  { title: "kube-apiserver is killed and back during a canary", run: outlivesApiServer },
];

/** The quick plan of the wizard. */
const quickPlan = (service: string, canary: string) => ({
  apiVersion: "quarterdeck.dev/v1alpha1",
  kind: "CanaryRollout",
  metadata: { name: `lab-${service}-${canary}`, namespace: "bookinfo" },
  spec: {
    target: { virtualService: service, route: { type: "http", name: "primary" }, host: service },
    stable: { subset: "v1" },
    canary: { subset: canary },
    steps: [10, 25, 50, 100].map((weight) => ({ weight, hold: 5 })),
    others: "absorb",
    analysis: {
      interval: 2,
      minRequests: 20,
      failureLimit: 3,
      successRate: { min: 95 },
      p99: { maxMs: 1000 },
    },
  },
});

const read = async (product: Client, name: string) =>
  found(await product.rollouts.get.query({ namespace: "bookinfo", name }), `rollout ${name}`);

/** Waits for a phase; one that ends otherwise is told with its reason. */
const reaches = (product: Client, name: string, phases: readonly string[], patience: number) =>
  eventually(
    `${phases.join(" or ")} of ${name}`,
    async () => {
      const { status } = await read(product, name);
      const { state } = status;
      if (phases.includes(state.phase)) return status;
      // Errors count as "not yet": only the last is told.
      throw new Error(
        `${state.phase} ${"reason" in state ? `${state.reason}: ${state.message}` : ""}`,
      );
    },
    patience,
  );

/** Subset and weight of each destination, as the API server has them. */
const storedWeights = (service: string): Promise<string> =>
  kubectl(
    ...["get", "vs", service, "-n", "bookinfo"],
    "-o=jsonpath={range .spec.http[0].route[*]}{.destination.subset}={.weight} {end}",
  ).then((text) => text.trim());

async function goesBad({ product }: Bench): Promise<string> {
  await labDoes("behave", "details-v2", '{"errorRate":1,"status":500}');
  try {
    const before = await storedWeights("details");
    const plan = quickPlan("details", "v2");
    await product.rollouts.start.mutate({ rollout: plan });
    const ends = ["RolledBack", "Succeeded", "Aborted", "Rejected"];
    const { value, seconds } = await reaches(product, plan.metadata.name, ends, 90);
    const { state } = value;
    must(state.phase === "RolledBack", JSON.stringify(state));
    const after = await storedWeights("details");
    must(weightOf(after, "v1") === 100 && weightOf(after, "v2") === 0, `${before} became ${after}`);
    const told = await eventually("the rollback on the overview", async () =>
      (await product.overview.incidents.query({ namespaces: [] })).incidents.find(({ title }) =>
        /details v2 was rolled back/.test(title),
      ),
    );
    return `${state.reason} after ${inSeconds(seconds)}: “${state.message}”; weights ${after}; overview: “${told.value.title}”`;
  } finally {
    await labDoes("behave", "details-v2", "{}");
    // A rollback is told for a day: what comes after shall be calm again.
    const state = ["configmap", "mesh-rollout-lab-details-v2", "--ignore-not-found"];
    await kubectl("delete", "-n", "bookinfo", ...state);
  }
}

/** The weight of a subset; 100 for the one that has none written, 0 for one that is not there. */
function weightOf(weights: string, subset: string): number {
  const entries = weights.split(" ").map((entry) => entry.split("="));
  const entry = entries.find(([name]) => name === subset);
  if (!entry) return 0;
  return entry[1] ? Number(entry[1]) : entries.length === 1 ? 100 : 0;
}

async function outlivesApiServer({ product }: Bench): Promise<string> {
  await writeSplit(product, { v1: 100 });
  const plan = quickPlan("reviews", "v3");
  await product.rollouts.start.mutate({ rollout: plan });
  const { name } = plan.metadata;
  await eventually("the second step", async () => (await read(product, name)).step >= 1, 60);
  await labDoes("kill", "kube-apiserver");
  await pause(6_000);
  const during = (await product.system.sources.query()).find(({ source }) => source === "cluster");
  must(during?.state === "stale", `the cluster is ${during?.state ?? "unknown"} to the product`);
  const { graph } = await product.topology.graph.query({});
  must(graph.nodes.length > 5, "the graph is gone");
  await labDoes("restart", "kube-apiserver");
  const back = await eventually(
    "kube-apiserver",
    async () => (await kubectl("get", "--raw", "/readyz")) === "ok",
    60,
  );
  const live = await eventually(
    "the live source",
    async () =>
      (await product.system.sources.query()).some(
        ({ source, state }) => source === "cluster" && state === "live",
      ),
    60,
  );
  const ends = ["Succeeded", "RolledBack", "Aborted", "Rejected"];
  const { value, seconds } = await reaches(product, name, ends, 150);
  must(value.state.phase === "Succeeded", JSON.stringify(value.state));
  const weights = await storedWeights("reviews");
  must(weightOf(weights, "v3") === 100 && weightOf(weights, "v1") === 0, weights);
  return `“${during.error?.message ?? ""}”; API server back in ${inSeconds(back.seconds)}, live ${inSeconds(live.seconds)} later, canary done ${inSeconds(seconds)} later with ${weights}`;
}
