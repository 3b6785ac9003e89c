import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { manualClock } from "@/sandbox/clock";
import type { PodNetwork } from "@/sandbox/contracts";
import { startControlPlane } from "./start-control-plane";
import {
  destinationRule,
  gateway,
  gatewayPod,
  gatewayService,
  istiodPod,
  memoryStore,
  peerAuthentication,
  service,
  sidecarPod,
  slice,
  virtualService,
} from "./testing";

/** Pods' servers on ports of this machine, as the port-forward of the API would reach them. */
class LoopbackNetwork implements PodNetwork {
  private readonly servers = new Map<string, Server>();

  serve(pod: { namespace: string; name: string; port: number }, handler: RequestListener) {
    const key = `${pod.name}:${pod.port}`;
    const server = createServer(handler);
    this.servers.set(key, server);
    return () => {
      this.servers.delete(key);
      server.close();
      server.closeAllConnections();
    };
  }

  async get(target: string, path: string, method = "GET"): Promise<Response> {
    const server = this.servers.get(target);
    if (!server) throw new Error(`nothing serves ${target}`);
    if (!server.listening) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}${path}`, { method });
  }

  /** The status of a PUT. */
  async send(target: string, path: string, body: string): Promise<number> {
    await this.get(target, path);
    const { port } = this.servers.get(target)?.address() as AddressInfo;
    return (await fetch(`http://127.0.0.1:${port}${path}`, { method: "PUT", body })).status;
  }

  has = (target: string): boolean => this.servers.has(target);
}

/** What `/config_dump` answers. */
export interface Dump {
  readonly configs: readonly Record<string, unknown>[];
}

const reviews = virtualService("reviews", {
  hosts: ["reviews"],
  http: [
    {
      name: "canary",
      match: [{ headers: { "end-user": { exact: "jason" } } }],
      route: [{ destination: { host: "reviews", subset: "v2" } }],
    },
    {
      route: [
        { destination: { host: "reviews", subset: "v1" }, weight: 80 },
        { destination: { host: "reviews", subset: "v2" }, weight: 20 },
      ],
    },
  ],
});
const bookinfo = virtualService("bookinfo", {
  hosts: ["*"],
  gateways: ["bookinfo-gateway"],
  http: [
    {
      match: [{ uri: { exact: "/productpage" } }],
      route: [{ destination: { host: "productpage", port: { number: 9080 } } }],
    },
  ],
});

/** A small mesh with its istiod and its proxies, whose pages are asked over HTTP. For tests. */
export function pagesInTest() {
  const network = new LoopbackNetwork();
  const clock = manualClock();
  const store = memoryStore([
    istiodPod("istiod-1"),
    sidecarPod("productpage-v1", { ip: "10.0.0.1", labels: { app: "productpage", version: "v1" } }),
    sidecarPod("reviews-v1", { ip: "10.0.0.2", labels: { app: "reviews", version: "v1" } }),
    sidecarPod("reviews-v2", { ip: "10.0.0.3", labels: { app: "reviews", version: "v2" } }),
    gatewayPod("ingress"),
    gatewayService,
    service("productpage", "10.96.0.1"),
    service("reviews", "10.96.0.2"),
    slice("productpage", [["productpage-v1", "10.0.0.1"]]),
    slice("reviews", [
      ["reviews-v1", "10.0.0.2"],
      ["reviews-v2", "10.0.0.3"],
    ]),
    destinationRule("reviews", ["v1", "v2"]),
    peerAuthentication("STRICT"),
    gateway("bookinfo-gateway"),
    reviews,
    bookinfo,
  ]);
  const plane = startControlPlane({
    store,
    clock,
    network,
    seed: 1,
    trafficStats: {
      endpoint: (_pod, cluster, address) =>
        cluster === "outbound|9080|v1|reviews.bookinfo.svc.cluster.local"
          ? {
              requests: address === "10.0.0.2" ? 40 : 0,
              errors: 3,
              active: 1,
              ejected: address !== "10.0.0.2",
            }
          : { requests: 0, errors: 0, active: 0, ejected: false },
      metrics: () => [{ name: "istio_requests_total", labels: { reporter: "source" }, value: 7 }],
    },
  });
  clock.advance(1000);
  const json = async (target: string, path: string): Promise<unknown> =>
    (await network.get(target, path)).json();

  async function dumpOf(pod: string): Promise<Map<string, Record<string, unknown>>> {
    const dump = (await json(`${pod}:15000`, "/config_dump?include_eds")) as Dump;
    return new Map(
      dump.configs.map((config) => [
        /v3\.(\w+)ConfigDump$/.exec(String(config["@type"]))?.[1] ?? "",
        config,
      ]),
    );
  }
  return { network, clock, store, plane, json, dumpOf };
}
