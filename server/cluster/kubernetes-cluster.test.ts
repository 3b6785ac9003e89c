import type { RequestListener, ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import type { WatchEvent } from "../ports";
import { kubernetesCluster } from "./kubernetes-cluster";
import { fakeServer } from "./testing";

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const DISCOVERY = {
  kind: "APIGroupDiscoveryList",
  items: [{ metadata: {}, versions: [{ version: "v1", resources: [{ resource: "services" }] }] }],
};

/** A cluster that serves Services alone, and answers about them as the test says. */
async function clusterAnswering(answer: RequestListener) {
  const asked: string[] = [];
  const server = await fakeServer((request, response) => {
    if (request.url === "/api" || request.url === "/apis") {
      response.setHeader("content-type", "application/json;g=apidiscovery.k8s.io;v=v2");
      response.end(JSON.stringify(request.url === "/api" ? DISCOVERY : { items: [] }));
      return;
    }
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  closers.push(() => server.close());
  const cluster = kubernetesCluster(
    { type: "kubeconfig", file: server.kubeconfig, context: undefined },
    { clock: { now: () => instant(0), sleep: () => Promise.resolve() }, random: () => 0 },
  );
  closers.push(() => cluster.close());
  return { cluster, asked, server };
}

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "a", namespace: "shop", resourceVersion: "7" },
};
const json = (response: ServerResponse, value: unknown, status = 200) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};
const listOf = (...items: unknown[]) => ({ metadata: { resourceVersion: "10" }, items });

test("items of built-in kinds get the apiVersion and kind that lists leave out", async () => {
  const { cluster, asked } = await clusterAnswering((_request, response) =>
    json(response, {
      metadata: { resourceVersion: "10", continue: "next" },
      items: [{ metadata: service.metadata }],
    }),
  );
  const options = { namespace: "shop", limit: 5, labelSelector: "app=a" };
  expect(await cluster.list("Service", options)).toEqual({
    items: [service],
    resourceVersion: "10",
    continue: "next",
  });
  expect(asked).toEqual(["GET /api/v1/namespaces/shop/services?limit=5&labelSelector=app%3Da"]);
});

test("a kind that is not served is unsupported, and nothing is asked for", async () => {
  const { cluster, asked } = await clusterAnswering((_request, response) => json(response, {}));
  await expect(cluster.list("VirtualService")).rejects.toMatchObject({
    code: "unsupported",
    retryAfter: 20_000,
  });
  expect(asked).toEqual([]);
});

async function watchAll(events: AsyncIterable<WatchEvent>) {
  const seen: WatchEvent[] = [];
  try {
    for await (const event of events) if (event.type !== "open") seen.push(event);
    return { seen, error: undefined };
  } catch (error) {
    return { seen, error };
  }
}

const added = `${JSON.stringify({ type: "ADDED", object: service })}\n`;

test("a watch asks for bookmarks and an end, and ends when the server says so", async () => {
  const { cluster, asked } = await clusterAnswering((_request, response) => response.end(added));
  const { seen, error } = await watchAll(
    cluster.watch("Service", "10", new AbortController().signal),
  );
  expect(error).toBeUndefined();
  expect(seen).toEqual([{ type: "put", object: service }]);
  expect(asked).toEqual([
    "GET /api/v1/services?watch=true&resourceVersion=10&allowWatchBookmarks=true&timeoutSeconds=300",
  ]);
});

test.each<[string, (response: ServerResponse) => void, string]>([
  [
    "cut inside an event",
    (response) => {
      response.write(added);
      response.end('{"type":"MODIF');
    },
    "unavailable",
  ],
  [
    "reset",
    (response) => {
      response.write(added);
      setImmediate(() => response.destroy());
    },
    "unavailable",
  ],
  [
    "too old in the stream",
    (response) => {
      const status = { kind: "Status", code: 410, message: "too old resource version" };
      response.end(`${added}${JSON.stringify({ type: "ERROR", object: status })}\n`);
    },
    "expired",
  ],
])("a watch that is %s gives its whole events, then fails", async (_name, answer, code) => {
  const { cluster } = await clusterAnswering((_request, response) => answer(response));
  const { seen, error } = await watchAll(
    cluster.watch("Service", "10", new AbortController().signal),
  );
  expect(seen).toEqual([{ type: "put", object: service }]);
  expect(error).toMatchObject({ code });
});

test("a watch that is refused fails with the reason and the wait", async () => {
  const { cluster } = await clusterAnswering((_request, response) => {
    response.setHeader("retry-after", "4");
    json(response, { kind: "Status", code: 429, message: "too many requests" }, 429);
  });
  const { error } = await watchAll(cluster.watch("Service", "10", new AbortController().signal));
  expect(error).toMatchObject({
    code: "unavailable",
    message: "Cannot watch services: too many requests",
    retryAfter: 4_000,
  });
});

test("an abort ends a watch, and its connection", async () => {
  const stop = new AbortController();
  let closed: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (closed = resolve));
  const { cluster } = await clusterAnswering((_request, response) => {
    response.on("close", closed);
    response.write(added);
  });
  for await (const event of cluster.watch("Service", "10", stop.signal)) {
    if (event.type === "open") continue;
    expect(event.type).toBe("put");
    stop.abort(new Error("enough"));
  }
  await gone;
});

test("connections are kept: many requests, one of them", async () => {
  const ports = new Set<number | undefined>();
  const { cluster } = await clusterAnswering((request, response) => {
    ports.add(request.socket.remotePort);
    json(response, listOf());
  });
  for (let count = 0; count < 10; count++) await cluster.list("Service");
  expect(ports.size).toBe(1);
});

test("a kept connection that the server closed meanwhile costs a read nothing", async () => {
  let count = 0;
  const { cluster } = await clusterAnswering((request, response) => {
    // The second request finds its connection cut before an answer.
    if (count++ === 1) request.socket.destroy();
    else json(response, listOf(service));
  });
  await cluster.list("Service");
  expect((await cluster.list("Service")).items).toEqual([service]);
});

test("a write is never sent twice", async () => {
  let writes = 0;
  const { cluster } = await clusterAnswering((request, response) => {
    if (request.method === "GET") json(response, listOf());
    else {
      writes++;
      request.socket.destroy();
    }
  });
  await cluster.list("Service");
  await expect(cluster.create(service)).rejects.toMatchObject({ code: "unavailable" });
  expect(writes).toBe(1);
});

test("writes are strict, signed, and give the server's warnings", async () => {
  const { cluster, asked } = await clusterAnswering((_request, response) => {
    response.setHeader("warning", '299 - "use \\"v1\\"", 299 - "and more"');
    json(response, service);
  });
  const result = await cluster.patch(
    { kind: "Service", namespace: "shop", name: "a" },
    { type: "merge", body: { metadata: { labels: { a: "b" } } }, fieldManager: "rollout" },
    { dryRun: true },
  );
  expect(result).toEqual({ object: service, warnings: ['use "v1"', "and more"] });
  expect(asked).toEqual([
    "PATCH /api/v1/namespaces/shop/services/a?fieldValidation=Strict&fieldManager=rollout&dryRun=All",
  ]);
});

test("a deletion may hold the version that was looked at", async () => {
  let body = "";
  const { cluster } = await clusterAnswering((request, response) => {
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => json(response, { kind: "Status", status: "Success" }));
  });
  const ref = { kind: "Service", namespace: "shop", name: "a" } as const;
  await cluster.delete(ref, { resourceVersion: "7" });
  expect(JSON.parse(body)).toMatchObject({ preconditions: { resourceVersion: "7" } });
});

test("an answer that is no Kubernetes answer is said to be that", async () => {
  const { cluster } = await clusterAnswering((_request, response) => response.end("<html>"));
  await expect(cluster.list("Service")).rejects.toMatchObject({
    code: "unavailable",
    message: "Cannot list services: the answer is no JSON",
  });
});

test("names that climb reach no server", async () => {
  const { cluster, asked } = await clusterAnswering((_request, response) => json(response, {}));
  const pod = { namespace: "shop", name: "web-1/exec?command=id&x=", port: 80 };
  await expect(cluster.podRequest(pod, { path: "/" })).rejects.toMatchObject({ code: "invalid" });
  await expect(cluster.openPort(pod, new AbortController().signal)).rejects.toMatchObject({
    code: "invalid",
  });
  await expect(cluster.logs(pod, { tailLines: 1 })).rejects.toMatchObject({ code: "invalid" });
  await expect(cluster.get({ kind: "Service", namespace: "..", name: "a" })).rejects.toMatchObject({
    code: "invalid",
  });
  expect(asked).toEqual([]);
});

test("an unreachable server is told with what to do", async () => {
  const { cluster, server } = await clusterAnswering((_request, response) => json(response, {}));
  await server.stop();
  await expect(cluster.list("Service")).rejects.toMatchObject({
    code: "unavailable",
    message: `Cannot reach the cluster at ${new URL(server.url).host}: nothing listens there`,
    hint: "Start the API server, or correct the kubeconfig.",
  });
});

test("without a cluster every call says so", async () => {
  const cluster = kubernetesCluster(undefined, {
    clock: { now: () => instant(0), sleep: () => Promise.resolve() },
    random: () => 0,
  });
  await expect(cluster.list("Service")).rejects.toMatchObject({
    code: "unsupported",
    message: "No cluster is configured",
  });
});
