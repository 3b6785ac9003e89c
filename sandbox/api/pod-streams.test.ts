import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { Duplex } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { TestApi } from "./testing";

const POD = "/api/v1/namespaces/bookinfo/pods/reviews";

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
  api.cluster.store.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "reviews", namespace: "bookinfo" },
    spec: { containers: [{ name: "reviews" }, { name: "istio-proxy" }] },
  });
});
afterAll(() => api.close());

const forward = (query: string, token = "test-token", to = api): WebSocket =>
  new WebSocket(
    `${to.server.url.replace("https", "wss")}${POD}/portforward${query}`,
    ["v5.channel.k8s.io", "v4.channel.k8s.io"],
    { ca: to.ca, headers: { authorization: `Bearer ${token}` } },
  );

/** The forwarded bytes of channel 0 as a connection that Node's HTTP client can use. */
function connectionOver(socket: WebSocket): Duplex {
  let greeted = false;
  const duplex = new Duplex({
    read: () => undefined,
    write: (data: Buffer, _encoding, done) => {
      socket.send(Buffer.concat([Buffer.from([0]), data]), done);
    },
  });
  socket.on("message", (frame: Buffer) => {
    if (frame[0] !== 0) return;
    if (greeted) duplex.push(frame.subarray(1));
    greeted = true;
  });
  socket.on("close", () => duplex.push(null));
  return duplex;
}

describe("port-forward", () => {
  it("carries HTTP to a server that listens on no port", async () => {
    const stop = api.cluster.network.serve(
      { namespace: "bookinfo", name: "reviews", port: 15000 },
      (request, response) => response.end(`you asked for ${request.url} ${"x".repeat(200_000)}`),
    );
    const socket = forward("?ports=15000");
    await once(socket, "open");
    expect(socket.protocol).toBe("v4.channel.k8s.io");
    const request = httpRequest({
      path: "/config_dump",
      createConnection: () => connectionOver(socket),
    });
    request.end();
    const [response] = (await once(request, "response")) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    expect(text.slice(0, 26)).toBe("you asked for /config_dump");
    expect(text).toHaveLength(200_027);
    socket.close();
    stop();
  });

  it("says on the error channel that nobody listens", async () => {
    const socket = forward("?ports=8080");
    const frames: Buffer[] = [];
    socket.on("message", (frame: Buffer) => frames.push(frame));
    await once(socket, "close");
    expect([...(frames[0] ?? [])]).toEqual([0, 0x90, 0x1f]);
    expect([...(frames[1] ?? [])]).toEqual([1, 0x90, 0x1f]);
    expect(frames[2]?.[0]).toBe(1);
    expect(frames[2]?.subarray(1).toString()).toContain("connection refused");
  });

  it.each([
    ["?ports=15000", "wrong", 401],
    ["", "test-token", 400],
    ["?ports=99999", "test-token", 400],
  ])("refuses %s with the token %s", async (query, token, code) => {
    const socket = forward(query, token);
    const [, response] = (await once(socket, "unexpected-response")) as [
      unknown,
      { statusCode: number },
    ];
    expect(response.statusCode).toBe(code);
  });
});

describe("a server that stops", () => {
  it("ends what was forwarded, and watches, at once", async () => {
    const other = await TestApi.start();
    other.cluster.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "reviews", namespace: "bookinfo" },
      spec: { containers: [{ name: "reviews" }] },
    });
    other.cluster.network.serve(
      { namespace: "bookinfo", name: "reviews", port: 15000 },
      () => undefined,
    );
    const socket = forward("?ports=15000", "test-token", other);
    await once(socket, "open");
    socket.on("error", () => undefined);
    const watch = await other.watch("/api/v1/pods?watch=true");
    await watch.next();
    const closed = once(socket, "close");
    await other.close();
    await closed;
    await expect(watch.next()).rejects.toThrow("aborted");
  });
});

describe("pod logs", () => {
  const container = { namespace: "bookinfo", name: "reviews", container: "istio-proxy" };
  const log = async (query: string) => (await api.send("GET", `${POD}/log?${query}`)).text;

  it("are cut by lines, age and bytes", async () => {
    api.cluster.logs.append(container, "one");
    api.clock.advance(60_000);
    api.cluster.logs.append(container, "two");
    api.cluster.logs.append(container, "three");
    expect(await log("container=istio-proxy")).toBe("one\ntwo\nthree\n");
    expect(await log("container=istio-proxy&tailLines=1")).toBe("three\n");
    expect(await log("container=istio-proxy&sinceSeconds=30")).toBe("two\nthree\n");
    expect(await log("container=istio-proxy&limitBytes=5")).toBe("one\nt");
    expect(await log("container=istio-proxy&tailLines=1&timestamps=true")).toBe(
      "2026-01-01T00:01:00.000Z three\n",
    );
  });

  it("need the container's name where there are several", async () => {
    expect((await api.send("GET", `${POD}/log`)).body).toMatchObject({
      code: 400,
      message:
        "a container name must be specified for pod reviews, choose one of: [reviews istio-proxy]",
    });
  });

  it("are followed line by line until the pod is gone", async () => {
    const response = await api.open("GET", `${POD}/log?container=reviews&follow=true`);
    const lines = response.setEncoding("utf8")[Symbol.asyncIterator]();
    api.cluster.logs.append({ ...container, container: "reviews" }, "hello");
    expect((await lines.next()).value).toBe("hello\n");
    api.cluster.store.delete("Pod", "bookinfo", "reviews");
    expect((await lines.next()).done).toBe(true);
  });
});
