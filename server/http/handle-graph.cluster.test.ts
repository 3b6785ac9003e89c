import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import type { GraphJson } from "@/lib/graph/graph-json";
import { startSandbox, type RunningSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";
import { runtime } from "../container";
import { forgetRuntime } from "../testing/forget-runtime";
import { handleGraph } from "./handle-graph";

/** `GET /api/v1/graph` over HTTP, on a runtime made from the environment as in the product. */
let sandbox: RunningSandbox;
let server: Server;
let base: string;

beforeAll(async () => {
  sandbox = await startSandbox(sandboxOptions(["--port", "0"]));
  vi.stubEnv("QUARTERDECK_KUBECONFIG", sandbox.address.kubeconfig);
  vi.stubEnv("QUARTERDECK_PROMETHEUS", sandbox.address.prometheus);
  vi.stubEnv("QUARTERDECK_NO_DRIVER", "true");
  server = createServer((request, response) => {
    void handleGraph(new Request(`${base}${request.url ?? ""}`)).then(async (answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await vi.waitFor(() => expect(runtime().mesh.ready).toBe(true), { timeout: 15_000 });
});
afterAll(async () => {
  forgetRuntime();
  server.close();
  await sandbox.stop();
  vi.unstubAllEnvs();
});

const get = (query: string) => fetch(`${base}/api/v1/graph?${query}`);

describe("GET /api/v1/graph", () => {
  it("answers with nodes, edges, and the queries and window of their numbers", async () => {
    const response = await get("namespace=bookinfo&type=app&duration=30s");
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/json",
    ]);
    const graph = (await response.json()) as GraphJson;
    expect([graph.type, graph.windowSeconds, graph.telemetry.state]).toEqual(["app", 30, "live"]);
    const productpage = graph.edges.find(({ target }) => target === "bookinfo/productpage");
    expect(productpage?.source).toBe("istio-ingress/istio-ingressgateway");
    expect(productpage?.requestsPerSecond).toBeGreaterThan(10);
    expect(graph.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["bookinfo/details", "bookinfo/reviews", "bookinfo/ratings"]),
    );
    expect(graph.queries.requests).toContain("istio_requests_total[30s]");
    expect(graph.queries.tcp).toContain("istio_tcp_received_bytes_total[30s]");
  });

  it("judges by configuration and proxies too, and names what each verdict rests on", async () => {
    const { cluster } = runtime();
    const ref = { kind: "VirtualService", namespace: "bookinfo", name: "reviews" } as const;
    const { items } = await cluster.list("Pod", { namespace: "bookinfo" });
    const pod = items.find(({ metadata }) => metadata.name.startsWith("details"))?.metadata.name;
    const frozen = { "sandbox.quarterdeck.dev/proxy": "reject" };
    await cluster.patch(
      { kind: "Pod", namespace: "bookinfo", name: pod ?? "details" },
      { type: "merge", body: { metadata: { annotations: frozen } } },
    );
    const route = [{ destination: { host: "reviews", subset: "v9" } }];
    await cluster.patch(ref, { type: "merge", body: { spec: { http: [{ route }] } } });
    await vi.waitFor(
      async () => {
        const { nodes, verdicts } = (await (await get("type=app")).json()) as GraphJson;
        const rulesOf = (id: string) => {
          const health = nodes.find((node) => node.id === id)?.health;
          return [health, ...(health?.others ?? [])].map((verdict) => verdict?.rule);
        };
        expect(rulesOf("bookinfo/reviews")).toContain("config");
        expect(rulesOf("bookinfo/details")).toContain("proxies");
        expect(verdicts.config.command).toContain("quarterdeck analyze");
        expect(verdicts.latency.queries).toContain("past");
      },
      { timeout: 10_000, interval: 200 },
    );
  });

  it("answers for a moment of the past, and as DOT", async () => {
    const at = new Date(Date.now() - 5_000).toISOString();
    const past = (await (await get(`at=${at}`)).json()) as GraphJson;
    expect(past.at).toBe(at);
    expect(past.edges.some(({ latency }) => latency.p95 !== null)).toBe(true);
    const dot = await get("format=dot");
    expect(dot.headers.get("content-type")).toContain("graphviz");
    expect(await dot.text()).toMatch(/^digraph /);
  });

  it("shows what is known, and how old it is, within 5 s of a Prometheus that hangs", async () => {
    await get("duration=10s");
    const { users } = parse(readFileSync(sandbox.address.kubeconfig, "utf8")) as {
      users: { user: { token: string } }[];
    };
    const set = await fetch(`${sandbox.address.control}/faults`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${users[0]?.user.token ?? ""}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ kind: "prometheus", how: "slow", delayMs: 60_000 }),
    });
    expect(set.ok).toBe(true);
    const { clock, topology } = runtime();
    const before = clock.now();
    const known = await topology.graph({ type: "app", namespaces: [], windowSeconds: 10 });
    expect(known.at).toBeLessThanOrEqual(before);
    // A window that nobody looked at before has nothing to show but what runs.
    const since = performance.now();
    const fresh = (await (await get("duration=15m")).json()) as GraphJson;
    expect(performance.now() - since).toBeLessThan(5_000);
    expect([fresh.at, fresh.telemetry.state]).toEqual([null, "down"]);
    expect(fresh.telemetry.message).toContain("has not answered");
    expect(fresh.nodes.map(({ id }) => id)).toContain("bookinfo/reviews");
  });
});
