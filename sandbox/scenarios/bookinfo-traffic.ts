import type { TrafficModel } from "@/sandbox/traffic/traffic-model";

const FROM_APP = { port: 9080, method: "GET" } as const;

/**
 * Readers of the book shop: 40 requests a second, most of them for the page that asks details and
 * reviews. A part that fails leaves a gap on the page and never fails it, as in the sample.
 */
export const bookinfoTraffic: TrafficModel = {
  loads: [
    {
      service: { namespace: "istio-ingress", name: "istio-ingressgateway", port: 80 },
      requestsPerSecond: 40,
      requests: [
        {
          weight: 70,
          method: "GET",
          authority: "bookinfo.example.com",
          path: "/productpage",
          headers: { "user-agent": "fortio.org/fortio-1.69.5" },
        },
        {
          weight: 30,
          method: "GET",
          authority: "bookinfo.example.com",
          path: "/productpage?u=test",
          headers: { "user-agent": "fortio.org/fortio-1.69.5", "end-user": "jason" },
        },
      ],
    },
  ],
  apps: {
    "bookinfo/productpage": {
      latencyMs: 6,
      responseBytes: 5183,
      calls: [
        { ...FROM_APP, host: "details", path: "/details/0", share: 1 },
        { ...FROM_APP, host: "reviews", path: "/reviews/0", share: 1 },
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
      calls: [
        { ...FROM_APP, host: "ratings", path: "/ratings/0", share: 1, versions: ["v2", "v3"] },
      ],
    },
    "bookinfo/ratings": { latencyMs: 2, responseBytes: 48, calls: [] },
  },
};
