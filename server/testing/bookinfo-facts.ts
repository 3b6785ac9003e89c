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
  /** Namespaces whose proxies a VirtualService of bookinfo reaches. */
  readonly meshNamespaces: readonly string[];
  /** How many proxies are sent the removal of an EnvoyFilter for one of them. */
  readonly filterReaches: number;
  /** Services, gateways and external hosts of the graph, and how many of them are busy. */
  readonly services: number;
  readonly withTraffic: number;
  /** Requests a second that come in at the gateway, about. */
  readonly requestsPerSecond: number;
  /** How often Prometheus scrapes, and the graph's window that follows from it (s). */
  readonly scrapeSeconds: number;
  readonly windowSeconds: number;
  /** Debug pages that this istiod itself fails to write, with its words. */
  readonly failingPages: Readonly<Record<string, string>>;
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
  meshNamespaces: ["bookinfo"],
  filterReaches: 1,
  services: 6,
  withTraffic: 6,
  requestsPerSecond: 40,
  scrapeSeconds: 1,
  windowSeconds: 5,
  failingPages: {},
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
  meshNamespaces: ["bank", "bookinfo"],
  // istiod pushes to every sidecar, whomever the filter selects.
  filterReaches: 11,
  services: 10,
  withTraffic: 6,
  requestsPerSecond: 20,
  scrapeSeconds: 2,
  windowSeconds: 10,
  // Where no networks are configured, istiod 1.30 has nothing to write in their place.
  failingPages: { krtz: "Marshal called with nil" },
  patience: 90_000,
};

export const CLUSTER = chosenCluster();
export const BOOKINFO: BookinfoFacts = { sandbox: SANDBOX, lab: LAB }[CLUSTER];
