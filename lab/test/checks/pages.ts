import { edgeId, nodeIdOf } from "@/lib/graph/mesh-graph";
import { eventually, found, inSeconds, must, mustEqual, type Bench, type Check } from "../check";
import type { Client } from "../client";
import { istioctlTable } from "../istioctl-table";
import { istioctl, kubectl } from "../programs";
import { proxyList } from "../proxy-list";

/** Each page's data, held against kubectl and istioctl. */
export const pageChecks: readonly Check[] = [
  { title: "sources are live", run: sources },
  { title: "topology has the services with traffic, all in mutual TLS", run: graph },
  { title: "proxies are those of istioctl proxy-status", run: proxies },
  { title: "what four proxies hold equals istioctl proxy-config", run: dumps },
  { title: "configuration is that of kubectl get", run: configuration },
  { title: "overview has figures, its istiod and no incident", run: overview },
];

async function sources({ product }: Bench): Promise<string> {
  const { value, seconds } = await eventually("live sources", async () => {
    await product.proxies.list.query({});
    const states = await product.system.sources.query();
    return states.every(({ state }) => state === "live") ? states : undefined;
  });
  return `${value.map(({ source }) => source).join(", ")} after ${inSeconds(seconds)}`;
}

const WITH_TRAFFIC = [
  "api.external.test",
  "details",
  "istio-ingressgateway",
  "payments",
  "productpage",
  "reviews",
];
const MUTUAL = [
  "bank/teller->bank/payments",
  "bookinfo/productpage->bookinfo/details",
  "bookinfo/productpage->bookinfo/reviews",
  "istio-ingress/istio-ingressgateway->bookinfo/productpage",
];

async function graph({ product }: Bench): Promise<string> {
  const { value, seconds } = await eventually(
    "the graph of bookinfo",
    async () => {
      const reading = await product.topology.graph.query({});
      const busy = reading.graph.nodes.filter(
        ({ inbound }) => (inbound.requestsPerSecond ?? 0) > 0,
      );
      mustEqual(
        busy.map(({ name }) => name),
        WITH_TRAFFIC,
        "services with traffic",
      );
      const mutual = reading.graph.edges.filter((edge) => (edge.mutualTls ?? 0) > 0.999);
      const known = mutual.map(({ source, target }) => edgeId(nodeIdOf(source), nodeIdOf(target)));
      for (const edge of MUTUAL) must(known.includes(edge), `${edge} is not among ${known.join()}`);
      return { busy, window: reading.graph.windowSeconds, mutual: mutual.length };
    },
    90,
  );
  const rates = value.busy.map(
    ({ name, inbound }) => `${name} ${(inbound.requestsPerSecond ?? 0).toFixed(1)}/s`,
  );
  return `${rates.join(", ")}; ${value.mutual} edges in mTLS, window ${value.window} s, after ${inSeconds(seconds)}`;
}

const STATUS_COLUMNS = ["NAME", "CLUSTER", "ISTIOD", "VERSION"];

async function proxies({ product }: Bench): Promise<string> {
  const table = istioctlTable(await istioctl("proxy-status"), STATUS_COLUMNS);
  const list = await proxyList(product);
  mustEqual(
    list.rows.map(({ id, cluster, istiod }) => `${id} ${cluster} ${istiod ?? ""}`),
    table.map((row) => `${row.NAME} ${row.CLUSTER} ${row.ISTIOD}`),
    "proxies",
  );
  must(list.counts.synced === list.rows.length, JSON.stringify(list.counts));
  return `${list.rows.length} proxies, ${list.counts.synced} synced`;
}

interface Pod {
  readonly namespace: string;
  readonly name: string;
}
const PODS: readonly Pod[] = [
  { namespace: "bookinfo", name: "productpage-v1-lab" },
  { namespace: "bookinfo", name: "reviews-v2-lab" },
  { namespace: "bank", name: "teller-v1-lab" },
  { namespace: "istio-ingress", name: "istio-ingressgateway-lab" },
];

/** For each table istioctl's columns, and the product's rows written in them. */
const TABLES: Readonly<
  Record<
    string,
    { columns: readonly string[]; rows: (product: Client, pod: Pod) => Promise<string[]> }
  >
> = {
  clusters: {
    columns: ["SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE"],
    rows: async (product, pod) =>
      (await product.proxies.clusters.query({ ...pod, limit: 1000 })).rows.map((row) =>
        joined(row.host, row.port, row.subset, row.direction, row.type, row.destinationRule),
      ),
  },
  listeners: {
    columns: ["ADDRESSES", "PORT", "MATCH", "DESTINATION"],
    rows: async (product, pod) =>
      (await product.proxies.listeners.query({ ...pod, limit: 1000 })).rows.map((row) =>
        joined(row.addresses, String(row.port), row.match, row.destination),
      ),
  },
  routes: {
    columns: ["NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"],
    rows: async (product, pod) =>
      (await product.proxies.routes.query({ ...pod, limit: 1000 })).rows.map((row) =>
        joined(row.name, row.virtualHost, row.domains, row.match, row.virtualService),
      ),
  },
  endpoints: {
    columns: ["ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"],
    rows: async (product, pod) =>
      (await product.proxies.endpoints.query({ ...pod, limit: 1000 })).rows.map((row) =>
        joined(row.endpoint, row.status, row.outlierCheck, row.cluster),
      ),
  },
};
const joined = (...cells: string[]): string => cells.join(" | ");

async function dumps({ product }: Bench): Promise<string> {
  let rows = 0;
  for (const pod of PODS) {
    for (const [table, { columns, rows: ours }] of Object.entries(TABLES)) {
      const text = await istioctl("proxy-config", table, `${pod.name}.${pod.namespace}`);
      const theirs = istioctlTable(text, columns).map((row) =>
        joined(...columns.map((column) => row[column] ?? "")),
      );
      mustEqual(await ours(product, pod), theirs, `${table} of ${pod.name}`);
      rows += theirs.length;
    }
  }
  return `${PODS.length * Object.keys(TABLES).length} tables, ${rows} rows`;
}

const GROUPS = [
  "networking.istio.io",
  "security.istio.io",
  "telemetry.istio.io",
  "extensions.istio.io",
];

async function configuration({ product }: Bench): Promise<string> {
  const kinds = [];
  for (const group of GROUPS) {
    const names = await kubectl("api-resources", `--api-group=${group}`, "--output=name");
    kinds.push(...names.split("\n").filter(Boolean));
  }
  const { items } = JSON.parse(await kubectl("get", kinds.join(","), "-A", "--output=json")) as {
    items: { kind: string; metadata: { namespace: string; name: string } }[];
  };
  const { rows, problems } = await product.config.list.query();
  must(problems.length === 0, JSON.stringify(problems));
  mustEqual(
    rows
      .filter(({ apiVersion }) => GROUPS.some((group) => apiVersion.startsWith(group)))
      .map(({ kindName, namespace, name }) => `${kindName} ${namespace}/${name}`),
    items.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
    "objects",
  );
  return `${items.length} objects of ${kinds.length} kinds`;
}

async function overview({ product }: Bench): Promise<string> {
  const { value: requests } = await eventually(
    "the rate of requests",
    async () => {
      const strip = await product.overview.health.query({ namespaces: [] });
      return (strip.requests.value ?? 0) > 20 ? strip.requests.value : undefined;
    },
    60,
  );
  const { errorShare } = await product.overview.health.query({ namespaces: [] });
  const { incidents, gaps } = await product.overview.incidents.query({ namespaces: [] });
  must(incidents.length + gaps.length === 0, JSON.stringify([incidents, gaps]).slice(0, 400));
  const { pods } = await product.overview.controlPlane.query();
  const istiod = found(pods[0], "istiod");
  must(istiod.ready && istiod.proxies === 13, JSON.stringify(istiod));
  return `${(requests ?? 0).toFixed(1)} requests/s, error share ${errorShare.value ?? "none"}, ${istiod.name} with ${istiod.proxies} proxies`;
}
