import { eventually, found, inSeconds, must, type Bench, type Check } from "../check";
import { labDoes } from "../programs";

/** The control plane goes away and comes back. */
export const outageChecks: readonly Check[] = [
  { title: "istiod is killed: told, its data kept, and back", run: istiod },
];

async function istiod({ product }: Bench): Promise<string> {
  const source = async () =>
    found(
      (await product.system.sources.query()).find((each) => each.source === "istiod"),
      "source istiod",
    );
  const before = await product.proxies.list.query({});
  await labDoes("kill", "istiod");
  const told = await eventually("the loss of istiod", async () => {
    const state = await source();
    return state.state === "live" ? undefined : state;
  });
  const kept = await product.proxies.list.query({});
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
