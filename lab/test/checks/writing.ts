import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labFolders } from "../../folders";
import { parseAccessLog } from "../../telemetry/access-log";
import { eventually, found, inSeconds, must, pause, type Bench, type Check } from "../check";
import type { Client } from "../client";
import { kubectl } from "../programs";

/** The product's write path against CRDs, CEL rules and istiod's webhook, and what traffic makes of it. */
export const writeChecks: readonly Check[] = [
  { title: "a VirtualService that istiod refuses is told with its text", run: refusedByIstiod },
  { title: "a VirtualService that the schema refuses is told at its line", run: refusedBySchema },
  { title: "weights 80/20 are acknowledged, measured and shown", run: weights },
];

const REVIEWS = { kind: "VirtualService", namespace: "bookinfo", name: "reviews" } as const;

/** The VirtualService of reviews with the text of its one route. */
const reviews = (...lines: string[]): string =>
  [
    "apiVersion: networking.istio.io/v1",
    "kind: VirtualService",
    "metadata:",
    "  name: reviews",
    "  namespace: bookinfo",
    "spec:",
    "  hosts:",
    "  - reviews",
    "  http:",
    "  - name: primary",
    ...lines.map((line) => `    ${line}`),
    "",
  ].join("\n");

/** Splits reviews between versions. */
const reviewsSplit = (shares: Readonly<Record<string, number>>): string =>
  reviews(
    "route:",
    ...Object.entries(shares).flatMap(([subset, weight]) => [
      "- destination:",
      "    host: reviews",
      `    subset: ${subset}`,
      `  weight: ${weight}`,
    ]),
  );

const lineOf = (text: string, part: string): number =>
  text.split("\n").findIndex((line) => line.includes(part)) + 1;

const storedVersion = async (): Promise<string> =>
  kubectl("get", "vs", "reviews", "-n", "bookinfo", "-o=jsonpath={.metadata.resourceVersion}");

async function refusal({ product }: Bench, text: string, message: RegExp) {
  const before = await storedVersion();
  const { resourceVersion } = found(await product.config.live.query(REVIEWS), "reviews");
  const draft = { text, target: REVIEWS, namespace: "bookinfo", resourceVersion };
  const { verdict, tookMs } = await product.config.dryRun.query(draft);
  must(verdict.type === "refused", `the dry run says ${JSON.stringify(verdict)}`);
  must(message.test(verdict.message), verdict.message);
  const override = "the suite wants the server's own verdict";
  const written = await product.config.write.mutate({ ...draft, override });
  must(written.type === "refused", `the write says ${JSON.stringify(written)}`);
  must(message.test(written.message), written.message);
  must((await storedVersion()) === before, "something was stored");
  return { verdict, tookMs };
}

async function refusedByIstiod(bench: Bench): Promise<string> {
  const text = reviews(
    "retries:",
    "  attempts: 2",
    "  retryOn: nonsense",
    "route:",
    "- destination:",
    "    host: reviews",
    "    subset: v1",
  );
  const { verdict, tookMs } = await refusal(bench, text, /"nonsense" is not a valid retryOn/);
  const [cause] = verdict.causes;
  const line = lineOf(text, "retryOn");
  must(cause?.line === line, `line ${cause?.line ?? "none"} instead of ${line}`);
  return `“${verdict.message}” at line ${line}, dry run in ${tookMs} ms, nothing stored`;
}

async function refusedBySchema(bench: Bench): Promise<string> {
  const text = reviews(
    "timeout: soon",
    "route:",
    "- destination:",
    "    host: reviews",
    "    subset: v1",
  );
  const { verdict } = await refusal(bench, text, /timeout/);
  const line = lineOf(text, "timeout");
  must(
    verdict.causes.some((cause) => cause.line === line),
    JSON.stringify(verdict.causes),
  );
  return `“${verdict.causes[0]?.message ?? ""}” at line ${line}`;
}

/**
 * Writes a split through the product, and waits until every proxy holds it. A split that is stored
 * already is sent to nobody: then the product says, after some time, that there was nothing to send.
 */
export async function writeSplit(
  product: Client,
  shares: Readonly<Record<string, number>>,
): Promise<{ readonly pushed: boolean; readonly total: number; readonly seconds: number }> {
  const { resourceVersion } = found(await product.config.live.query(REVIEWS), "reviews");
  const text = reviewsSplit(shares);
  const since = Date.now();
  const result = await product.config.write.mutate({
    text,
    target: REVIEWS,
    namespace: "bookinfo",
    resourceVersion,
  });
  must(result.type === "applied", JSON.stringify(result));
  const { value, seconds } = await eventually("the acknowledgement of every proxy", async () => {
    const state = await product.proxies.propagation.query({ since });
    return state.synced === state.total ? state : undefined;
  });
  return { pushed: value.pushed, total: value.total, seconds };
}

const accessLog = (): string =>
  readFileSync(
    join(labFolders(process.env).logs, "bookinfo_productpage-v1-lab_istio-proxy.log"),
    "utf8",
  );
const SAMPLE_MS = 25_000;
/** One run in 150 000 of a right split is further away than this. */
const DEVIATIONS = 4.5;

/** How many requests Envoy sent to each subset of reviews since a place in its access log. */
function sentSince(offset: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of accessLog().slice(offset).split("\n")) {
    const [, , subset = "", host = ""] = parseAccessLog(line)?.upstream_cluster?.split("|") ?? [];
    if (host.startsWith("reviews.")) counts.set(subset, (counts.get(subset) ?? 0) + 1);
  }
  return counts;
}

async function weights({ product }: Bench): Promise<string> {
  const { pushed, total, seconds } = await writeSplit(product, { v1: 80, v2: 20 });
  must(pushed, "istiod sent the new weights to nobody");
  await pause(1_500); // requests under way, and the log's buffer
  const from = accessLog().length;
  await pause(SAMPLE_MS);
  const counts = sentSince(from);
  const [v1 = 0, v2 = 0] = [counts.get("v1"), counts.get("v2")];
  const sent = v1 + v2;
  must(sent > 200 && counts.size === 2, `Envoy sent ${JSON.stringify([...counts])}`);
  const deviations = Math.abs(v2 - 0.2 * sent) / Math.sqrt(sent * 0.2 * 0.8);
  must(deviations <= DEVIATIONS, `${v2} of ${sent} are ${deviations.toFixed(1)} sd from 20 %`);
  const shown = await eventually(
    "the share in the graph",
    async () => {
      const { graph } = await product.topology.graph.query({});
      const node = graph.nodes.find(({ id }) => id === "bookinfo/reviews");
      const version = node?.versions.find(({ version: name }) => name === "v2");
      const requests = (node?.inbound.requestsPerSecond ?? 0) * graph.windowSeconds;
      const off = Math.abs((version?.share ?? 0) - 0.2) / Math.sqrt((0.2 * 0.8) / (requests || 1));
      return version?.wanted === 0.2 && off <= DEVIATIONS ? version.share : undefined;
    },
    75,
  );
  return `${total} proxies acknowledged in ${inSeconds(seconds)}; Envoy sent ${v2} of ${sent} to v2 (${((100 * v2) / sent).toFixed(1)} %, ${deviations.toFixed(1)} sd); the graph shows ${((shown.value ?? 0) * 100).toFixed(1)} %`;
}
