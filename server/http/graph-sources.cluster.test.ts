import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { ENDS_LABELS, ENDS_SEPARATOR } from "@/lib/graph/ends";
import type { GraphJson } from "@/lib/graph/graph-json";
import { startSandbox, type RunningSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";
import { runtime } from "../container";
import { forgetRuntime } from "../testing/forget-runtime";
import { handleGraph } from "./handle-graph";

/** What the graph says of sources that fail, over HTTP; each test looks at a window of its own. */
let sandbox: RunningSandbox;
/** Stands before the sandbox's Prometheus, and answers what a test says instead. */
let prometheus: Server;
let odd: ((response: ServerResponse) => void) | undefined;
let headers: Record<string, string>;

beforeAll(async () => {
  sandbox = await startSandbox(sandboxOptions(["--port", "0"]));
  const { users } = parse(readFileSync(sandbox.address.kubeconfig, "utf8")) as {
    users: { user: { token: string } }[];
  };
  headers = {
    authorization: `Bearer ${users[0]?.user.token ?? ""}`,
    "content-type": "application/json",
  };
  // Of one kind nothing may be read from the start.
  await fault({ kind: "api-error", status: 403, path: "*/destinationrules*" });
  // Of another nothing but what stands in single namespaces.
  await fault({ kind: "api-error", status: 403, path: "/apis/networking.istio.io/v1/gateways*" });
  prometheus = await standingBefore(sandbox.address.prometheus);
  vi.stubEnv("QUARTERDECK_KUBECONFIG", sandbox.address.kubeconfig);
  const { port } = prometheus.address() as AddressInfo;
  vi.stubEnv("QUARTERDECK_PROMETHEUS", `http://127.0.0.1:${port}`);
  vi.stubEnv("QUARTERDECK_NO_DRIVER", "true");
  await vi.waitFor(() => expect(runtime().mesh.ready).toBe(true), { timeout: 15_000 });
});
afterAll(async () => {
  forgetRuntime();
  prometheus.closeAllConnections();
  prometheus.close();
  await sandbox.stop();
  vi.unstubAllEnvs();
});
afterEach(async () => {
  odd = undefined;
  await fetch(`${sandbox.address.control}/faults`, { method: "DELETE", headers });
});

async function standingBefore(target: string): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      if (odd) odd(response);
      else void passOn(`${target}${request.url ?? ""}`, body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function passOn(url: string, body: string, response: ServerResponse): Promise<void> {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  try {
    const answer = await fetch(url, { method: "POST", headers: form, body });
    response.writeHead(answer.status).end(await answer.text());
  } catch {
    response.destroy();
  }
}

async function fault(spec: object): Promise<void> {
  const body = JSON.stringify(spec);
  const set = await fetch(`${sandbox.address.control}/faults`, { method: "POST", headers, body });
  expect(set.ok).toBe(true);
}

async function graph(seconds: number): Promise<GraphJson> {
  const query = `duration=${seconds}s&type=app`;
  const response = await handleGraph(new Request(`http://localhost/api/v1/graph?${query}`));
  expect(response.status).toBe(200);
  return (await response.json()) as GraphJson;
}

const states = ({ nodes }: Pick<GraphJson, "nodes">) =>
  new Set(
    nodes.filter(({ namespace }) => namespace === "bookinfo").map(({ health }) => health.state),
  );

describe("a graph whose sources fail", () => {
  it("names the kinds that may not be read, and draws the rest", async () => {
    const { problems, nodes, telemetry } = await graph(20);
    expect(problems.join()).toContain("DestinationRule: Cannot list destinationrules");
    expect(nodes.map(({ id }) => id)).toContain("bookinfo/reviews");
    expect(telemetry.state).toBe("live");
  });

  it("draws what single namespaces have of a kind that may not be read everywhere", async () => {
    const { problems, nodes } = await graph(18);
    expect(problems.join()).toMatch(
      /Gateway: gateways may not be listed in the whole cluster; they are read in \d+ namespaces/,
    );
    expect(nodes.find(({ name }) => name === "istio-ingressgateway")?.kind).toBe("gateway");
  });

  it.each<[string, number, (response: ServerResponse) => void, RegExp]>([
    ["a page of HTML", 31, (to) => to.end("<html>please log in</html>"), /does not answer as/],
    [
      "half an answer",
      32,
      (to) => to.end('{"status":"success","data":{"resul'),
      /does not answer as/,
    ],
    [
      "another API's JSON",
      33,
      (to) => to.end('{"status":"success","data":[]}'),
      /does not answer as/,
    ],
    ["an error of a proxy", 34, (to) => to.writeHead(502).end("bad gateway"), /does not answer as/],
    ["a connection that breaks", 35, (to) => to.destroy(), /Cannot reach Prometheus/],
  ])(
    "says what is odd about a Prometheus that answers with %s",
    async (_, window, answer, said) => {
      odd = answer;
      const { telemetry, nodes, edges } = await graph(window);
      expect(telemetry.state).toBe("down");
      expect(telemetry.message).toMatch(said);
      expect(edges.every(({ observed }) => !observed)).toBe(true);
      expect(nodes.map(({ id }) => id)).toContain("bookinfo/reviews");
    },
  );

  it("draws series without labels, told twice, or with markup for names, as what they are", async () => {
    const labels: Readonly<Record<string, string>> = {
      source_workload: "<b>x</b>",
      destination_workload: "web-v1",
      destination_workload_namespace: "shop",
      destination_canonical_service: "web",
      destination_canonical_revision: "v1",
      destination_service_name: "web",
      destination_service_namespace: "shop",
      destination_service: '"web"',
    };
    const ends = ENDS_LABELS.map((label) => labels[label] ?? "").join(ENDS_SEPARATOR);
    const results = [{}, { ends, response_code: "200", reporter: "source" }];
    const result = [...results, ...results].map((metric) => ({ metric, value: [1, "2"] }));
    odd = (to) =>
      to.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    const { telemetry, nodes, edges } = await graph(36);
    expect(telemetry.state).toBe("live");
    expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(["unknown", "shop/web"]));
    const rates = edges.map(({ requestsPerSecond }) => requestsPerSecond ?? 0);
    expect(rates.every((rate) => Number.isFinite(rate))).toBe(true);
    expect(Math.max(...rates)).toBe(4);
  });

  it("says that Prometheus cannot be reached, and draws what runs", async () => {
    await fault({ kind: "prometheus", how: "down" });
    const { telemetry, at, nodes, edges } = await graph(21);
    expect([telemetry.state, at]).toEqual(["down", null]);
    expect(telemetry.message).toMatch(/Prometheus/);
    expect(edges.every(({ observed }) => !observed)).toBe(true);
    expect(nodes.map(({ id }) => id)).toContain("bookinfo/reviews");
    expect(states({ nodes })).not.toContain("idle");
  });

  it("says that Prometheus has no metrics of Istio's, which is not that nobody asks", async () => {
    await fault({ kind: "prometheus", how: "empty" });
    const { telemetry, nodes } = await graph(22);
    expect(telemetry.state).toBe("live");
    expect(telemetry.missing.join()).toContain("no samples of Istio's metrics in the last 22 s");
    expect(nodes.map(({ id }) => id)).toContain("bookinfo/reviews");
  });

  it("says that the metrics hold no numbers", async () => {
    await fault({ kind: "prometheus", how: "nan" });
    const { telemetry, edges } = await graph(23);
    expect(telemetry.missing.join()).toContain("no numbers in them (NaN)");
    expect(edges.every(({ requestsPerSecond }) => !requestsPerSecond)).toBe(true);
  });

  it("waits for a slow Prometheus, and says that latency is still to come", async () => {
    await fault({ kind: "prometheus", how: "slow", delayMs: 2_000 });
    const { telemetry, edges } = await graph(24);
    expect(telemetry.state).toBe("live");
    expect(telemetry.missing.join()).toContain("Latency has not been read yet");
    expect(edges.some(({ requestsPerSecond }) => (requestsPerSecond ?? 0) > 0)).toBe(true);
  });

  it("says so of a Prometheus that answers, and has nothing new", async () => {
    await fault({ kind: "prometheus", how: "stale" });
    await vi.waitFor(
      async () => {
        const query = `duration=2s&at=${Date.now() / 1000}&type=app`;
        const response = await handleGraph(new Request(`http://localhost/api/v1/graph?${query}`));
        const { telemetry } = (await response.json()) as GraphJson;
        expect(telemetry.missing.join()).toContain("no samples of Istio's metrics in the last 2 s");
      },
      { timeout: 10_000, interval: 250 },
    );
  });
});
