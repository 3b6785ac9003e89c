import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { TestApi } from "../api/testing";
import { seededRandom } from "../random";
import { type ControlServer, startControlServer } from "./control-server";
import { faultEffects } from "./fault-effects";
import { FaultRegistry } from "./fault-registry";
import { FAULT_KINDS, FaultSpec } from "./fault-spec";
import { RequestRules } from "./request-rules";

const CM = "/api/v1/namespaces/bookinfo/configmaps";
const configMap = (name: string) => ({ metadata: { name } });

describe("faults of the API", () => {
  const random = seededRandom(7);
  const requests = new RequestRules(() => random.next());
  const told: string[] = [];
  let api: TestApi;
  let registry: FaultRegistry;
  let control: ControlServer;

  const versionOf = async (name: string): Promise<number> => {
    const { body } = await api.send("GET", `${CM}/${name}`);
    return Number((body.metadata as { resourceVersion: string }).resourceVersion);
  };
  const set = (spec: object) => registry.set(FaultSpec.parse(spec));

  beforeAll(async () => {
    api = await TestApi.start(requests);
    const note =
      (name: string) =>
      (...values: readonly unknown[]) => {
        told.push(`${name} ${JSON.stringify(values)}`);
      };
    registry = new FaultRegistry(
      faultEffects({
        api: api.server,
        requests,
        clock: { ...api.clock, setSpeed: note("speed"), jump: note("jump"), stop: note("stop") },
        store: api.cluster.store,
        prometheus: { breakDown: note("prometheus") },
        controlPlane: {
          istiod: note("istiod"),
          proxy: note("proxy"),
          certificate: note("certificate"),
        },
      }),
    );
    control = await startControlServer(registry, "secret");
  });
  afterEach(() => {
    registry.clearAll();
    told.length = 0;
  });
  afterAll(async () => {
    await control.stop();
    await api.close();
  });

  it("answer with an error, on some paths and verbs, a number of times", async () => {
    set({
      kind: "api-error",
      status: 429,
      path: "/configmaps",
      verb: "list",
      times: 2,
      retryAfterSeconds: 3,
    });
    const first = await api.send("GET", CM);
    expect(first).toMatchObject({ code: 429, body: { reason: "TooManyRequests" } });
    expect(first.headers["retry-after"]).toBe("3");
    expect((await api.send("GET", "/api/v1/namespaces")).code).toBe(200);
    expect((await api.send("GET", `${CM}/nope`)).code).toBe(404);
    expect((await api.send("GET", CM)).code).toBe(429);
    expect((await api.send("GET", CM)).code).toBe(200);
    expect(registry.list()).toEqual([]);
  });

  it("strike at their rate", async () => {
    set({ kind: "api-error", status: 500, rate: 0.5 });
    const codes = await Promise.all(Array.from({ length: 60 }, () => api.send("GET", CM)));
    const failed = codes.filter(({ code }) => code === 500).length;
    expect(failed).toBeGreaterThan(15);
    expect(failed).toBeLessThan(45);
  });

  it("cut watches, in order or in the middle of a line", async () => {
    const { resourceVersion } = (await api.send("GET", CM)).body.metadata as {
      resourceVersion: string;
    };
    const path = `${CM}?watch=true&resourceVersion=${resourceVersion}`;
    const ended = await api.watch(path);
    set({ kind: "watch-cut" });
    expect(await ended.next()).toBeUndefined();
    const torn = await api.open("GET", path);
    set({ kind: "watch-cut", how: "truncate", path: "/configmaps" });
    let text = "";
    await expect(
      (async () => {
        for await (const chunk of torn as AsyncIterable<Buffer>) text += chunk.toString();
      })(),
    ).rejects.toThrow("aborted");
    expect(text.endsWith("\n")).toBe(false);
  });

  it("freeze watches, and what happened meanwhile comes afterwards", async () => {
    const watch = await api.watch(`${CM}?watch=true&fieldSelector=metadata.name%3Dfrozen`);
    const { id } = set({ kind: "watch-freeze", path: "/configmaps" });
    await api.send("POST", CM, { body: configMap("frozen") });
    const line = watch.next();
    const first = await Promise.race([line, api.send("GET", "/version").then(() => "silence")]);
    expect(first).toBe("silence");
    registry.clear(id);
    expect(await line).toMatchObject({ type: "ADDED" });
    watch.close();
  });

  it("say everything twice", async () => {
    set({ kind: "watch-duplicate" });
    const watch = await api.watch(`${CM}?watch=true&fieldSelector=metadata.name%3Dtwice`);
    await api.send("POST", CM, { body: configMap("twice") });
    expect(await watch.next()).toEqual(await watch.next());
    watch.close();
  });

  it("leave requests without an answer, and tear them off in the end", async () => {
    const { id } = set({ kind: "api-half-open", path: "/configmaps" });
    const hanging = api.send("GET", CM);
    await api.send("GET", "/api/v1/namespaces");
    registry.clear(id);
    await expect(hanging).rejects.toThrow();
    expect((await api.send("GET", CM)).code).toBe(200);
  });

  it("forget history", async () => {
    const { resourceVersion } = (await api.send("GET", CM)).body.metadata as {
      resourceVersion: string;
    };
    await api.send("POST", CM, { body: configMap("later") });
    set({ kind: "api-compact" });
    const watch = await api.watch(`${CM}?watch=true&resourceVersion=${resourceVersion}`);
    expect(await watch.next()).toMatchObject({ type: "ERROR", object: { code: 410 } });
  });

  it("restart the server on the same port, with lower versions if asked", async () => {
    await api.send("POST", CM, { body: configMap("kept") });
    const before = await versionOf("kept");
    const watch = await api.watch(`${CM}?watch=true&resourceVersion=${before}`);
    set({ kind: "api-restart", versions: "reset" });
    await expect(watch.next()).rejects.toThrow();
    const answered = async (): Promise<number> => {
      for (;;) {
        try {
          return await versionOf("kept");
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    };
    expect(await answered()).toBeLessThan(before);
  });

  it("present a certificate that is over", async () => {
    const seen = () =>
      new Promise<number>((resolve, reject) => {
        const port = Number(new URL(api.server.url).port);
        const options = {
          port,
          host: "127.0.0.1",
          servername: "localhost",
          ca: api.ca,
          rejectUnauthorized: false,
        };
        const socket = connect(options, () => {
          resolve(Date.parse(socket.getPeerCertificate().valid_to));
          socket.destroy();
        });
        socket.on("error", reject);
      });
    const usual = await seen();
    await api.server.renewCertificate(-1000);
    expect(await seen()).toBeLessThan(usual - 300 * 86_400_000);
    await api.server.renewCertificate(undefined);
    expect(await seen()).toBeGreaterThanOrEqual(usual);
  });

  it("let no byte through port-forwards that are half open, old or new", async () => {
    const pod = { namespace: "bookinfo", name: "forwarded" };
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: pod,
      spec: { containers: [{ name: "c" }] },
    });
    const heard: string[] = [];
    const stop = api.cluster.network.serve({ ...pod, port: 15_000 }, (asked, response) => {
      heard.push(asked.url ?? "");
      response.end("pong");
    });
    const path = `/api/v1/namespaces/bookinfo/pods/forwarded/portforward`;
    const open = () =>
      new WebSocket(
        `${api.server.url.replace("https", "wss")}${path}?ports=15000`,
        "v4.channel.k8s.io",
        {
          ca: api.ca,
          headers: { authorization: "Bearer test-token" },
        },
      );
    const socket = open();
    let answered = "";
    socket.on("message", (frame: Buffer) => (answered += frame.subarray(1).toString()));
    await once(socket, "open");
    const { id } = set({ kind: "api-half-open", path: "/portforward" });
    const ask = "GET /ping HTTP/1.1\r\nhost: x\r\n\r\n";
    socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(ask)]));
    const late = open();
    const opened = once(late, "open");
    late.on("error", () => undefined);
    await sleep(100);
    expect([answered.includes("pong"), heard]).toEqual([false, []]);
    const torn = expect(opened).rejects.toThrow();
    registry.clear(id);
    await torn;
    await expect.poll(() => answered).toContain("pong");
    socket.terminate();
    stop();
  });

  it("make pods unready, and tell the parts that break by themselves", () => {
    const metadata = { name: "web-1", namespace: "bookinfo" };
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: { containers: [{ name: "c" }] },
    });
    const annotations = () =>
      api.cluster.store.get("Pod", "bookinfo", "web-1")?.metadata.annotations;
    set({ kind: "pods-not-ready", namespace: "bookinfo", pod: "web-*" });
    expect(annotations()).toEqual({ "sandbox.quarterdeck.dev/ready": "false" });
    set({ kind: "prometheus", how: "slow", delayMs: 5 });
    set({ kind: "istiod", how: "down" });
    set({ kind: "proxy", how: "rejects", namespace: "bookinfo", pod: "web-1", type: "CDS" });
    set({ kind: "certificate", validMs: 9 });
    set({ kind: "clock-speed", speed: 10 });
    set({ kind: "clock-jump", ms: -5 });
    expect(told).toEqual([
      'prometheus [{"kind":"slow","delayMs":5}]',
      'istiod ["*",{"kind":"down"}]',
      'proxy [{"namespace":"bookinfo","name":"web-1"},{"kind":"rejects","type":"CDS"}]',
      'certificate ["root",9]',
      "speed [10]",
      "jump [-5]",
    ]);
    registry.clearAll();
    expect(annotations()).toEqual({});
    expect(told.slice(6)).toEqual([
      "prometheus [null]",
      'istiod ["*",{"kind":"healthy"}]',
      'proxy [{"namespace":"bookinfo","name":"web-1"},{"kind":"healthy"}]',
      'certificate ["root",null]',
      "speed [1]",
    ]);
  });

  describe("over HTTP", () => {
    const ask = (method: string, path: string, body?: string, token = "secret") =>
      new Promise<{ code: number; body: Record<string, unknown> }>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}` };
        const outgoing = request(`${control.url}${path}`, { method, headers }, (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString()));
          response.on("end", () =>
            resolve({
              code: response.statusCode ?? 0,
              body: JSON.parse(text) as Record<string, unknown>,
            }),
          );
        });
        outgoing.on("error", reject);
        outgoing.end(body);
      });

    it("are set, listed and cleared by whoever has the token", async () => {
      expect((await ask("GET", "/faults", undefined, "wrong")).code).toBe(401);
      const { code, body } = await ask("POST", "/faults", '{"kind":"api-latency","ms":1}');
      expect(code).toBe(201);
      expect(body.spec).toEqual({ kind: "api-latency", ms: 1, rate: 1 });
      expect((await ask("GET", "/faults")).body).toEqual({ faults: [body], kinds: FAULT_KINDS });
      expect((await ask("DELETE", `/faults/${String(body.id)}`)).body).toEqual({
        cleared: [body.id],
      });
      expect((await ask("DELETE", `/faults/${String(body.id)}`)).code).toBe(404);
      expect((await ask("DELETE", "/faults")).body).toEqual({ cleared: [] });
    });

    it.each([
      ["POST", "/faults", "{", 400],
      ["POST", "/faults", '{"kind":"earthquake"}', 400],
      ["POST", "/faults", '{"kind":"api-error","status":200}', 400],
      ["POST", "/faults", '{"kind":"api-latency","ms":1,"speed":2}', 400],
      ["POST", "/faults", `"${"x".repeat(70_000)}"`, 413],
      ["PUT", "/faults", "", 405],
      ["GET", "/", undefined, 404],
      ["GET", "/faults/a/b", undefined, 404],
    ])("refuse %s %s %s", async (method, path, body, code) => {
      const answer = await ask(method, path, body);
      expect(answer.code).toBe(code);
      expect(answer.body.error).toEqual(expect.any(String));
    });
  });
});
