import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Visitors, visit } from "../canary-visitors";
import { eventually, must, pause, type Bench, type Check } from "../check";
import { kubectl, labDoesSoon, type RunningProduct, startProduct } from "../programs";

/** Many canaries at once, on a mesh where the product and the API server crash again and again. */
export const tenCanariesChecks: readonly Check[] = [
  { title: "ten canaries, two of them bad, through 30 crashes", run: tenCanaries },
];

const NAMESPACE = "bookinfo";
const NAMES = Array.from({ length: 10 }, (_, index) => `ten-${index}`);
/** These two have the pods of reviews behind them, whose second version goes bad. */
const BAD = NAMES.slice(8);
const STEPS = [10, 25, 50, 100];
const HOLD = 20;
const CRASHES = 30;
const BETWEEN_MS = 8_500;
/** So long (ms) after new weights were seen proxies may still divide by the old ones. */
const PROPAGATION_MS = 4_000;
const MOST_DEVIATIONS = 4.5;

const hostOf = (name: string): string => `${name}.ten.example.com`;

/** A service of its own for each canary; eight share the pods of details, two those of reviews. */
function objectsOf(name: string, app: string, addresses: readonly string[]): object[] {
  const metadata = { name, namespace: NAMESPACE };
  const host = `${name}.${NAMESPACE}.svc.cluster.local`;
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: { app }, ports: [{ name: "http", port: 9080, targetPort: 9080 }] },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: [{ name: "http", port: 9080, protocol: "TCP" }],
      endpoints: addresses.map((address, index) => ({
        addresses: [address],
        conditions: { ready: true },
        nodeName: "node-1",
        targetRef: { kind: "Pod", name: `${app}-v${index + 1}-lab`, namespace: NAMESPACE },
      })),
    },
    {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata,
      spec: {
        host,
        subsets: ["v1", "v2"].map((version) => ({ name: version, labels: { version } })),
      },
    },
    {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata,
      spec: {
        hosts: [hostOf(name)],
        gateways: ["ten"],
        http: [{ name: "primary", route: [{ destination: { host, subset: "v1" }, weight: 100 }] }],
      },
    },
  ];
}

const GATEWAY = {
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name: "ten", namespace: NAMESPACE },
  spec: {
    selector: { istio: "ingressgateway" },
    servers: [
      { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*.ten.example.com"] },
    ],
  },
};

const planOf = (name: string) => ({
  apiVersion: "quarterdeck.dev/v1alpha1",
  kind: "CanaryRollout",
  metadata: { name, namespace: NAMESPACE },
  spec: {
    target: { virtualService: name, route: "primary", host: name },
    stable: { subset: "v1" },
    canary: { subset: "v2" },
    steps: STEPS,
    hold: HOLD,
    analysis: {
      interval: 10,
      minRequests: 15,
      failureLimit: 2,
      successRate: { min: 90 },
      noDataTimeout: 600,
      queryErrorLimit: 20,
    },
  },
});

const podAddress = (pod: string, namespace = NAMESPACE): Promise<string> =>
  kubectl("get", "pod", `${pod}-lab`, "-n", namespace, "-o=jsonpath={.status.podIP}");

/** Percent of the canary as the API server has it, each time that it was seen. */
type Timeline = Map<string, { readonly at: number; readonly share: number }[]>;

/** Looks at the weights once a second, whenever the API server answers. */
function watchWeights(): { readonly timeline: Timeline; stop(): Promise<void> } {
  const timeline: Timeline = new Map(NAMES.map((name) => [name, []]));
  let isOver = false;
  async function look(): Promise<void> {
    const at = performance.now();
    const range =
      "{range .items[*]}{.metadata.name}{range .spec.http[0].route[*]} {.destination.subset}={.weight}{end}{'\\n'}{end}";
    const text = await kubectl(
      "get",
      "vs",
      "-n",
      NAMESPACE,
      "--request-timeout=2s",
      `-o=jsonpath=${range}`,
    );
    for (const line of text.split("\n")) {
      const [name = ""] = line.split(" ");
      const share = Number(/ v2=(\d+)/.exec(line)?.[1] ?? 0);
      timeline.get(name)?.push({ at, share });
    }
  }
  const running = (async () => {
    while (!isOver) {
      // The API server is away again and again: weights that were missed are seen at the next look.
      await look().catch(() => undefined);
      await pause(700);
    }
  })();
  return {
    timeline,
    async stop() {
      isOver = true;
      await running;
    },
  };
}

/** Crashes of three kinds in turn: the product, another replica of it, and kube-apiserver. */
async function crashAround(bench: Bench, second: { current: RunningProduct }): Promise<number> {
  let crashes = 0;
  const backs: Promise<unknown>[] = [];
  const kinds = [
    () => bench.crash(),
    async () => {
      second.current.kill();
      second.current = await startProduct(bench.prometheus);
    },
    async () => {
      await labDoesSoon("kill", "kube-apiserver");
      await labDoesSoon("restart", "kube-apiserver");
    },
  ];
  const busy = new Map<number, Promise<unknown>>();
  for (; crashes < CRASHES; crashes += 1) {
    const kind = crashes % kinds.length;
    await busy.get(kind);
    const back = kinds[kind]?.() ?? Promise.resolve();
    busy.set(kind, back);
    backs.push(back);
    await pause(BETWEEN_MS);
  }
  await Promise.all(backs);
  return crashes;
}

/** How far each hold was from its weight, in standard deviations. */
function deviations(timeline: Timeline, visitors: Visitors) {
  return NAMES.flatMap((name) => {
    const seen = timeline.get(name) ?? [];
    const holds: { share: number; from: number; to: number }[] = [];
    for (const { at, share } of seen) {
      const last = holds.at(-1);
      if (last?.share === share) last.to = at;
      else holds.push({ share, from: at, to: at });
    }
    return holds.flatMap(({ share, from, to }) => {
      const { all, canary } = visitors.met(hostOf(name), from + PROPAGATION_MS, to - 500);
      if (all < 100) return [];
      const part = share / 100;
      const sigma = Math.sqrt((part * (1 - part)) / all);
      const off = Math.abs(canary / all - part);
      const by = off === 0 ? 0 : sigma === 0 ? Infinity : off / sigma;
      return [{ name, share, all, canary, by }];
    });
  });
}

async function tenCanaries(bench: Bench): Promise<string> {
  const began = performance.now();
  const addresses = async (app: string) =>
    Promise.all(["v1", "v2"].map((version) => podAddress(`${app}-${version}`)));
  const [details, reviews] = [await addresses("details"), await addresses("reviews")];
  const objects = [
    GATEWAY,
    ...NAMES.flatMap((name) =>
      BAD.includes(name)
        ? objectsOf(name, "reviews", reviews)
        : objectsOf(name, "details", details),
    ),
  ];
  const file = join(tmpdir(), `quarterdeck-ten-${process.pid}.yaml`);
  writeFileSync(file, objects.map((object) => stringify(object)).join("---\n"));
  await kubectl("apply", "-f", file);
  const gateway = {
    address: await podAddress("istio-ingressgateway", "istio-ingress"),
    port: 8080,
  };
  const visitors = visit(gateway, NAMES.map(hostOf), "v2");
  const watch = watchWeights();
  const second = { current: await startProduct(bench.prometheus) };
  try {
    await eventually("visitors of all ten", () => {
      const now = performance.now();
      const met = NAMES.map((name) => visitors.met(hostOf(name), now - 2000, now).all);
      return Promise.resolve(met.every((all) => all > 20));
    });
    for (const name of NAMES) {
      await bench.product.rollouts.start.mutate({ rollout: planOf(name) });
    }
    const spoil = pause(30_000).then(() =>
      labDoesSoon("behave", "reviews-v2", '{"errorRate":0.5,"status":500}'),
    );
    const crashes = await crashAround(bench, second);
    await spoil;
    const ended = await eventually("the end of all ten", () => endsOf(bench), 150);
    await pause(8_000);
    await watch.stop();

    for (const [name, phase] of ended.value) {
      const wanted = BAD.includes(name) ? "RolledBack" : "Succeeded";
      const share = watch.timeline.get(name)?.at(-1)?.share;
      must(phase === wanted, `${name} ended as ${phase}`);
      must(share === (wanted === "Succeeded" ? 100 : 0), `${name} ended at ${share} %`);
      const walk = [...new Set((watch.timeline.get(name) ?? []).map((each) => each.share))];
      const legal = [0, ...STEPS].slice(0, walk.length);
      must(JSON.stringify(walk) === JSON.stringify(legal), `${name} went ${walk.join(", ")}`);
    }
    const holds = deviations(watch.timeline, visitors);
    const worst = holds.reduce((a, b) => (b.by > a.by ? b : a));
    must(
      worst.by <= MOST_DEVIATIONS,
      `${worst.name} at ${worst.share} %: ${worst.canary} of ${worst.all} requests, ${worst.by.toFixed(1)} sigma`,
    );
    const { sent, failed } = visitors.counts();
    const took = ((performance.now() - began) / 1000).toFixed(0);
    return `${crashes} crashes in ${took} s; 8 succeeded at 100 %, ${BAD.join(" and ")} rolled back; ${holds.length} holds, worst ${worst.by.toFixed(1)} sigma (${worst.name} at ${worst.share} %: ${worst.canary} of ${worst.all}); ${sent} requests, ${failed} failed`;
  } finally {
    visitors.stop();
    await watch.stop();
    await second.current.stop();
    await labDoesSoon("behave", "reviews-v2", "{}");
    await cleanUp(file);
  }
}

/** The phase of each rollout once all have ended; undefined before. */
async function endsOf({ product }: Bench) {
  const phases: [string, string][] = [];
  for (const name of NAMES) {
    const rollout = await product.rollouts.get.query({ namespace: NAMESPACE, name });
    const { phase } = rollout?.status.state ?? { phase: "" };
    if (!["Succeeded", "RolledBack", "Aborted", "Rejected"].includes(phase)) {
      const { state } = rollout?.status ?? {};
      const why = state && "message" in state ? state.message : "";
      throw new Error(`${name}: ${phase} ${why}`);
    }
    phases.push([name, phase]);
  }
  return phases;
}

/** What comes after shall find the mesh as it was. */
async function cleanUp(file: string): Promise<void> {
  const maps = NAMES.map((name) => `mesh-rollout-${name}`);
  await kubectl("delete", "configmap", ...maps, "-n", NAMESPACE, "--ignore-not-found");
  await kubectl("delete", "-f", file, "--ignore-not-found");
}
