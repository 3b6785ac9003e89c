import { runningLab } from "@/lab/running-lab";
import { mergePatch, readObject } from "./cluster";
import type { Product } from "./product";

/** What a story does to the mesh below the product and asks of it, whichever mesh that is. */
export interface MeshUnderTest {
  /** Services, gateways and external hosts that have traffic from the start. */
  readonly busy: readonly string[];
  /** How long after a change of weights the graph may show it (ms). */
  readonly graphLag: number;
  /** How long a canary of the quick plan may take (ms). */
  readonly canaryPatience: number;
  /** Share of its requests that a version of a service of bookinfo fails from now on. */
  fail(service: string, version: string, share: number): Promise<void>;
  /** Requests that the proxy of productpage has sent to each version of a service, all told. */
  requestsTo(service: string): Promise<Readonly<Record<string, number>>>;
}

/** The sandbox, or with `QUARTERDECK_TEST_CLUSTER=lab` the real mesh of `npm run lab -- up`. */
export const meshUnderTest = (product: Product): MeshUnderTest =>
  process.env.QUARTERDECK_TEST_CLUSTER === "lab" ? labMesh() : sandboxMesh(product);

function labMesh(): MeshUnderTest {
  const lab = runningLab(process.env);
  return {
    busy: [
      "istio-ingressgateway",
      "productpage",
      "details",
      "reviews",
      "payments",
      "api.external.test",
    ],
    graphLag: 40_000,
    canaryPatience: 180_000,
    fail: (service, version, errorRate) =>
      Promise.resolve(lab.behave(`${service}-${version}`, { errorRate })),
    requestsTo: (service) =>
      Promise.resolve(lab.requestsSent("productpage-v1", `${service}.bookinfo.svc.cluster.local`)),
  };
}

function sandboxMesh({ kubeconfig, prometheus }: Product): MeshUnderTest {
  return {
    busy: [
      "istio-ingressgateway",
      "productpage",
      "details",
      "reviews",
      "ratings",
      "www.googleapis.com",
    ],
    graphLag: 10_000,
    canaryPatience: 90_000,
    async fail(service, version, share) {
      const selector = encodeURIComponent(`app=${service},version=${version}`);
      const pods = "/api/v1/namespaces/bookinfo/pods";
      const { items } = await readObject<{ items: { metadata: { name: string } }[] }>(
        kubeconfig,
        `${pods}?labelSelector=${selector}`,
      );
      const annotations = { "sandbox.quarterdeck.dev/error-rate": String(share) };
      for (const { metadata } of items)
        await mergePatch(kubeconfig, `${pods}/${metadata.name}`, { metadata: { annotations } });
    },
    async requestsTo(service) {
      const query = `sum by (destination_version) (istio_requests_total{reporter="source",source_workload="productpage-v1",destination_service_name="${service}"})`;
      const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = (await response.json()) as {
        data: { result: { metric: { destination_version: string }; value: [number, string] }[] };
      };
      return Object.fromEntries(
        data.result.map(({ metric, value }) => [metric.destination_version, Number(value[1])]),
      );
    },
  };
}
