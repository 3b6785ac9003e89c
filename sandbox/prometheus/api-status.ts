import { METRIC_FAMILIES } from "../metric-families";
import type { PrometheusApi } from "./prometheus-api";
import type { ScrapeTarget } from "./scrape-target";

type Page = (api: PrometheusApi, parameters: URLSearchParams) => unknown;

const VERSION = "2.55.0";

/** Pages of the HTTP API about the server itself, by the path below `/api/v1/`. */
export const statusPages: Readonly<Record<string, Page>> = {
  metadata: (api, parameters) => {
    const known = api.store.metricSizes();
    const wanted = parameters.get("metric");
    const limit = Number(parameters.get("limit") ?? -1);
    const entries = [...METRIC_FAMILIES]
      .filter(([name]) => !wanted || name === wanted)
      .filter(([name]) => [name, `${name}_bucket`].some((each) => known.has(each)))
      .map(([name, { type, help }]) => [name, [{ type, help, unit: "" }]] as const);
    return Object.fromEntries(limit < 0 ? entries : entries.slice(0, limit));
  },
  targets: (api) => ({
    activeTargets: api.scraper.targets.map((target) => targetPage(api, target)),
    droppedTargets: [],
    droppedTargetCounts: {},
  }),
  "targets/metadata": () => [],
  rules: () => ({ groups: [] }),
  alerts: () => ({ alerts: [] }),
  alertmanagers: () => ({ activeAlertmanagers: [], droppedAlertmanagers: [] }),
  "status/buildinfo": () => ({
    version: VERSION,
    revision: "sandbox",
    branch: "HEAD",
    buildUser: "",
    buildDate: "",
    goVersion: "",
  }),
  "status/config": ({ scrapeIntervalMs }) => ({
    yaml: `global:\n  scrape_interval: ${scrapeIntervalMs / 1_000}s\n  evaluation_interval: 1m\n`,
  }),
  "status/flags": ({ store }) => ({
    "query.lookback-delta": "5m",
    "query.max-samples": "50000000",
    "query.timeout": "2m",
    "storage.tsdb.retention.time": `${store.retentionMs / 60_000}m`,
  }),
  "status/runtimeinfo": (api) => ({
    startTime: new Date(api.startedAt).toISOString(),
    CWD: "/prometheus",
    reloadConfigSuccess: true,
    lastConfigTime: new Date(api.startedAt).toISOString(),
    corruptionCount: 0,
    goroutineCount: 1,
    GOMAXPROCS: 1,
    storageRetention: `${api.store.retentionMs / 60_000}m`,
  }),
  "status/tsdb": ({ store }) => {
    const sizes = [...store.metricSizes()].sort(([, a], [, b]) => b - a);
    const series = sizes.reduce((sum, [, size]) => sum + size, 0);
    return {
      headStats: { numSeries: series, numLabelPairs: 0, chunkCount: 0, minTime: 0, maxTime: 0 },
      seriesCountByMetricName: sizes.slice(0, 10).map(([name, value]) => ({ name, value })),
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    };
  },
  "status/walreplay": () => ({ min: 0, max: 0, current: 0 }),
};

function targetPage({ scrapeIntervalMs }: PrometheusApi, target: ScrapeTarget): unknown {
  return {
    discoveredLabels: {},
    labels: target.labels,
    scrapePool: target.labels["job"],
    scrapeUrl: `http://${target.labels["instance"]}/metrics`,
    globalUrl: `http://${target.labels["instance"]}/metrics`,
    lastError: target.isUp ? "" : "connection refused",
    lastScrape: new Date(target.axis.timeOf(target.lastScrape)).toISOString(),
    lastScrapeDuration: 0.001,
    health: target.isUp ? "up" : "down",
    scrapeInterval: `${scrapeIntervalMs / 1_000}s`,
    scrapeTimeout: `${scrapeIntervalMs / 1_000}s`,
  };
}
