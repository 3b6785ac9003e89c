import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import type { GraphJson } from "@/lib/graph/graph-json";
import { startSandbox, type RunningSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";
import { runtime } from "../container";
import { forgetRuntime } from "../testing/forget-runtime";
import { handleGraph } from "./handle-graph";

/** What the graph says of sources that fail, over HTTP; each test looks at a window of its own. */
let sandbox: RunningSandbox;
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
  vi.stubEnv("QUARTERDECK_KUBECONFIG", sandbox.address.kubeconfig);
  vi.stubEnv("QUARTERDECK_PROMETHEUS", sandbox.address.prometheus);
  vi.stubEnv("QUARTERDECK_NO_DRIVER", "true");
  await vi.waitFor(() => expect(runtime().mesh.ready).toBe(true), { timeout: 15_000 });
});
afterAll(async () => {
  forgetRuntime();
  await sandbox.stop();
  vi.unstubAllEnvs();
});
afterEach(async () => {
  await fetch(`${sandbox.address.control}/faults`, { method: "DELETE", headers });
});

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
});
