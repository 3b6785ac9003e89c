import { eventually, found, inSeconds, must, pause, type Bench, type Check } from "../check";
import { labDoes } from "../programs";
import { proxyList } from "../proxy-list";

/** Nothing is said while all is well. */
export const calmChecks: readonly Check[] = [
  { title: "watches of idle kinds, which get no bookmarks, are no outage", run: idleWatches },
];

/** The control plane goes away and comes back. */
export const outageChecks: readonly Check[] = [
  { title: "istiod is killed: told, its data kept, and back", run: istiod },
  { title: "once all is over, every source is live and nothing needs anybody", run: calm },
];

/** The product gives a silent watch 90 s. */
const IDLE_MS = 100_000;

async function idleWatches({ product, startedAt }: Bench): Promise<string> {
  await pause(Math.max(0, IDLE_MS - (performance.now() - startedAt)));
  const problems = await product.system.problems.query();
  const cluster = (await product.system.sources.query()).find((each) => each.source === "cluster");
  must(problems.length === 0 && cluster?.state === "live", JSON.stringify([cluster, problems]));
  return `no kind has a problem ${((performance.now() - startedAt) / 1000).toFixed(0)} s after the start`;
}

async function calm({ product }: Bench): Promise<string> {
  const { seconds } = await eventually(
    "a mesh without incidents",
    async () => {
      const { incidents, gaps } = await product.overview.incidents.query({ namespaces: [] });
      const titles = incidents.map(({ title }) => title);
      must(titles.length + gaps.length === 0, JSON.stringify([titles, gaps]));
      const sources = await product.system.sources.query();
      return sources.every(({ state }) => state === "live");
    },
    90,
  );
  return `after ${inSeconds(seconds)}`;
}

async function istiod({ product }: Bench): Promise<string> {
  const source = async () =>
    found(
      (await product.system.sources.query()).find((each) => each.source === "istiod"),
      "source istiod",
    );
  const before = await proxyList(product);
  await labDoes("kill", "istiod");
  const told = await eventually("the loss of istiod", async () => {
    // As an open page does: while nobody looks, nobody asks istiod.
    await product.proxies.list.query({});
    const state = await source();
    return state.state === "live" ? undefined : state;
  });
  const kept = await proxyList(product);
  must(kept.rows.length === before.rows.length, `${kept.rows.length} proxies are left`);
  const incident = await eventually("the incident on the overview", async () =>
    (await product.overview.incidents.query({ namespaces: [] })).incidents.find(({ title }) =>
      /istiod/i.test(title),
    ),
  );
  const { graph } = await product.topology.graph.query({});
  const busy = graph.nodes.filter(({ inbound }) => (inbound.requestsPerSecond ?? 0) > 0).length;
  must(busy >= 5, `${busy} services with traffic`);
  await labDoes("restart", "istiod");
  const live = await eventually("istiod", async () => (await source()).state === "live", 60);
  const synced = await eventually(
    "all proxies synced",
    async () => {
      const { counts } = await product.proxies.list.query({});
      must(counts.synced === before.rows.length, JSON.stringify(counts));
      return true;
    },
    90,
  );
  return `${told.value.state} after ${inSeconds(told.seconds)}: “${told.value.error?.message ?? ""}”, “${incident.value.title}”, ${kept.rows.length} proxies and ${busy} busy services kept; live ${inSeconds(live.seconds)} after the start, all synced ${inSeconds(synced.seconds)} later`;
}
