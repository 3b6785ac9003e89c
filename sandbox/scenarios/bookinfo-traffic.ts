import type { TrafficModel } from "@/sandbox/traffic/traffic-model";

const APP = { port: 9080, method: "GET" } as const;
const PAGE = "/productpage";
const RATINGS_API = "/api/v1/products/0/ratings";

const request = (weight: number, path: string, headers: Readonly<Record<string, string>> = {}) => ({
  weight,
  method: "GET",
  authority: "bookinfo.example.com",
  path,
  headers: { "user-agent": "fortio.org/fortio-1.69.5", ...headers },
});

/**
 * Readers of the book shop: 40 requests a second, most of them for the page that asks details and
 * reviews, some for the ratings alone. A part that fails leaves a gap on the page and never fails
 * it, as in the sample.
 */
export const bookinfoTraffic: TrafficModel = {
  loads: [
    {
      service: { namespace: "istio-ingress", name: "istio-ingressgateway", port: 80 },
      requestsPerSecond: 40,
      requests: [
        request(65, PAGE),
        request(25, `${PAGE}?u=test`, { "end-user": "jason" }),
        request(10, RATINGS_API),
      ],
    },
  ],
  apps: {
    "bookinfo/productpage": {
      latencyMs: 6,
      responseBytes: 5183,
      calls: [
        { ...APP, host: "details", path: "/details/0", share: 1, onPath: PAGE },
        { ...APP, host: "reviews", path: "/reviews/0", share: 1, onPath: PAGE },
        { ...APP, host: "ratings", path: "/ratings/0", share: 1, onPath: RATINGS_API },
      ],
    },
    "bookinfo/details": {
      latencyMs: 3,
      responseBytes: 178,
      calls: [
        {
          host: "www.googleapis.com",
          port: 80,
          method: "GET",
          path: "/books/v1/volumes?q=isbn:0486424618",
          share: 0.06,
        },
      ],
    },
    "bookinfo/reviews": {
      latencyMs: 5,
      responseBytes: 379,
      calls: [{ ...APP, host: "ratings", path: "/ratings/0", share: 1, versions: ["v2", "v3"] }],
    },
    "bookinfo/ratings": { latencyMs: 2, responseBytes: 48, calls: [] },
  },
};
