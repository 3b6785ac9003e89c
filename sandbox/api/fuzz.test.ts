import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../random";
import { mutatedRequest } from "./mutated-requests";
import { TestApi } from "./testing";

/** `npm run test:fuzz` sends many more. */
const REQUESTS = Number(process.env.QUARTERDECK_FUZZ_REQUESTS ?? 500);
const SEED = Number(process.env.QUARTERDECK_FUZZ_SEED ?? 1);
const AT_ONCE = 8;

/** What an API server answers to anything. 500 is looked at more closely. */
const CODES = new Set([200, 201, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 500, 504]);

let api: TestApi;
let ticking: NodeJS.Timeout;
beforeAll(async () => {
  api = await TestApi.start();
  // Watches end by the clock.
  ticking = setInterval(() => api.clock.advance(3_600_000), 5);
  api.cluster.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "fuzz" } });
  const metadata = { name: "default", namespace: "fuzz" };
  api.cluster.store.create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
});
afterAll(async () => {
  clearInterval(ticking);
  await api.close();
});

/** Writes text to the server as it is, and reads what comes until the connection ends. */
const raw = (text: string | Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const port = Number(new URL(api.server.url).port);
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: api.ca });
    let answer = "";
    socket.on("secureConnect", () => socket.end(text));
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    socket.on("close", () => resolve(answer));
    socket.on("error", (error: Error) => (answer ? resolve(answer) : reject(error)));
  });

describe("mutated requests", () => {
  it(
    `${REQUESTS} of them leave the server answering, in the API's own words`,
    { timeout: 600_000 },
    async () => {
      const random = seededRandom(SEED);
      const problems: string[] = [];
      for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
        const batch = Array.from({ length: AT_ONCE }, () => mutatedRequest(random));
        await Promise.all(
          batch.map(async ({ method, path, headers, body }) => {
            const about = `${method} ${path} ${JSON.stringify(headers)} ${body?.toString("latin1").slice(0, 300) ?? ""}`;
            const { "content-type": type = "", ...others } = headers;
            const reply = await api.send(method, path, { body: body ?? "", type, headers: others });
            if (!CODES.has(reply.code)) problems.push(`${reply.code} to ${about}`);
            if (/Internal error occurred/.test(reply.text))
              problems.push(`${reply.text} to ${about}`);
            const isJson = /^application\/json/.test(reply.headers["content-type"] ?? "");
            if (reply.code >= 400 && isJson && method !== "HEAD" && reply.body.kind !== "Status") {
              problems.push(`no Status: ${reply.text} to ${about}`);
            }
          }),
        );
      }
      expect(problems).toEqual([]);
      expect((await api.send("GET", "/readyz")).text).toBe("ok");
    },
  );

  it("leave what is stored consistent", async () => {
    const { storage, types } = api.cluster.objects;
    for (const type of types.all()) {
      const base = `/${type.group ? `apis/${type.group}` : "api"}/${type.versions[0].name}`;
      const { code, body } = await api.send("GET", `${base}/${type.plural}`);
      expect(code, type.key).toBe(200);
      const items = body.items as { metadata: { name: string; namespace?: string; uid: string } }[];
      expect(items.length).toBe(storage.list(type.key).length);
      for (const { metadata } of items) {
        const home = metadata.namespace ? `namespaces/${metadata.namespace}/` : "";
        const name = encodeURIComponent(metadata.name);
        const one = await api.send("GET", `${base}/${home}${type.plural}/${name}`);
        expect(one.body.metadata).toMatchObject({ uid: metadata.uid });
        expect(storage.get("namespaces", "", metadata.namespace ?? "default")).toBeDefined();
      }
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    api.cluster.store.view();
  });

  it.each([
    ["garbage", "\u0000\u0001garbage\r\n\r\n"],
    ["half a request", "GET /api/v1/pods HTTP/1.1\r\nHost: localhost\r\nAuth"],
    [
      "a header that never ends",
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
    ],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    ],
    [
      "a chunk that is none",
      "POST /api/v1/namespaces HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    [
      "a body cut short",
      "POST /api/v1/namespaces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\nContent-Length: 100\r\n\r\n{",
    ],
    [
      "an upgrade to nothing",
      "GET /api/v1/namespaces/fuzz/pods/a/portforward HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n",
    ],
    [
      "a tunnel of garbage",
      "POST /api/v1/namespaces/fuzz/pods/a/portforward HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-token\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n\u0080\u0003\u0000\u0001\u0000\u0000\u0000\u000aAAAAAAAAAA",
    ],
  ])("%s on the wire ends nothing but its connection", async (_, text) => {
    await raw(Buffer.from(text, "latin1"));
    expect((await api.send("GET", "/readyz")).text).toBe("ok");
  });
});
