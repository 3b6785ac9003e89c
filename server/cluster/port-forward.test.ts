import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "./kubernetes-cluster";
import { kubeconfigOf } from "./testing";

/** A binary WebSocket message of fewer than 126 bytes. */
const message = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x82, bytes.length]), bytes]);

test("what an API server sends together with its handshake is not lost, what is known is not read again", async () => {
  const api = createServer();
  api.on("upgrade", (request, socket) => {
    const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const handshake = [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Protocol: v4.channel.k8s.io",
      `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}`,
    ];
    const port = (channel: number) => message(Buffer.from([channel, 0x98, 0x3a]));
    const begin = Buffer.from(`${handshake.join("\r\n")}\r\n\r\n`);
    socket.write(Buffer.concat([begin, port(0), port(1)]));
    socket.on("data", () =>
      socket.write(message(Buffer.from("\0HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"))),
    );
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-test-"));
  const file = join(folder, "config");
  writeFileSync(
    file,
    kubeconfigOf(`http://127.0.0.1:${(api.address() as AddressInfo).port}`, "{}"),
  );
  const cluster = kubernetesCluster(
    { type: "kubeconfig", file, context: undefined },
    { clock: systemClock, random: systemRandom },
  );
  const pod = { namespace: "shop", name: "cart-1", port: 15000 };
  expect(await cluster.podRequest(pod, { path: "/" })).toEqual({ status: 200, body: "ok" });
  const sha1 = (text: string) => createHash("sha1").update(text).digest("base64");
  expect(await cluster.podRequest(pod, { path: "/", unless: sha1("ok") })).toEqual({
    ...{ status: 200, body: "", isSame: true },
  });
  expect(await cluster.podRequest(pod, { path: "/", unless: sha1("old") })).toEqual({
    ...{ status: 200, body: "ok" },
  });
  cluster.close();
  api.closeAllConnections();
  api.close();
  rmSync(folder, { recursive: true });
});
