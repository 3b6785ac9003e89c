const CLUSTERS = ["sandbox", "lab"] as const;
type ClusterName = (typeof CLUSTERS)[number];

/** Which cluster `QUARTERDECK_TEST_CLUSTER` chooses. @throws Error for one that nobody knows */
function chosenCluster(): ClusterName {
  const wanted = process.env["QUARTERDECK_TEST_CLUSTER"] ?? "sandbox";
  const known = CLUSTERS.find((name) => name === wanted);
  if (known) return known;
  throw new Error(`QUARTERDECK_TEST_CLUSTER is one of ${CLUSTERS.join(", ")}, not '${wanted}'`);
}

/** In what the bookinfo of one cluster differs from that of another. */
export interface BookinfoFacts {
  /** `<workload> <kind>` of every proxy. */
  readonly proxies: readonly string[];
  /** Services, gateways and external hosts of the graph, and how many of them are busy. */
  readonly services: number;
  readonly withTraffic: number;
  /** Requests a second that come in at the gateway, about. */
  readonly requestsPerSecond: number;
  /** How often Prometheus scrapes, and the graph's window that follows from it (s). */
  readonly scrapeSeconds: number;
  readonly windowSeconds: number;
  /** How long what traffic decides may take to show (ms). */
  readonly patience: number;
}

const SHARED = [
  "details-v1 sidecar",
  "details-v2 sidecar",
  "istio-ingressgateway gateway",
  "productpage-v1 sidecar",
  "ratings-v1 sidecar",
  "reviews-v1 sidecar",
  "reviews-v2 sidecar",
  "reviews-v3 sidecar",
];

const SANDBOX: BookinfoFacts = {
  proxies: SHARED,
  services: 6,
  withTraffic: 6,
  requestsPerSecond: 40,
  scrapeSeconds: 1,
  windowSeconds: 5,
  patience: 30_000,
};

/** Beside the book shop the lab has a bank, an egress gateway and a TCP service. */
const LAB: BookinfoFacts = {
  proxies: [
    ...SHARED,
    "istio-egressgateway gateway",
    "payments-v1 sidecar",
    "tcp-echo-v1 sidecar",
    "tcp-echo-v2 sidecar",
    "teller-v1 sidecar",
  ],
  services: 11,
  withTraffic: 6,
  requestsPerSecond: 20,
  scrapeSeconds: 2,
  windowSeconds: 10,
  patience: 90_000,
};

export const CLUSTER = chosenCluster();
export const BOOKINFO: BookinfoFacts = { sandbox: SANDBOX, lab: LAB }[CLUSTER];
