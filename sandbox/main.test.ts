import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type RunningSandbox, startSandbox } from "./main";
import { sandboxOptions } from "./options";

interface Kubeconfig {
  readonly clusters: readonly [
    { cluster: { server: string; "certificate-authority-data": string } },
  ];
  readonly users: readonly [{ user: { token: string } }];
}

const running: RunningSandbox[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.stop()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function start(...args: string[]): Promise<RunningSandbox> {
  const sandbox = await startSandbox(sandboxOptions(args));
  running.push(sandbox);
  return sandbox;
}

async function ask(kubeconfig: Kubeconfig, path: string): Promise<number | undefined> {
  const { server, "certificate-authority-data": ca } = kubeconfig.clusters[0].cluster;
  const sent = request(`${server}${path}`, {
    ca: Buffer.from(ca, "base64"),
    headers: { authorization: `Bearer ${kubeconfig.users[0].user.token}` },
    agent: false,
  });
  sent.end();
  const [response] = (await once(sent, "response")) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe("the sandbox", () => {
  it("is reached with the kubeconfig that it writes for its owner alone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quarterdeck-test-"));
    folders.push(folder);
    const sandbox = await start("--state", join(folder, "state"));
    const path = sandbox.address.kubeconfig;
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const kubeconfig = parse(await readFile(path, "utf8")) as Kubeconfig;
    expect(kubeconfig.clusters[0].cluster.server).toBe(sandbox.address.server);
    const services = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices/reviews";
    expect(await ask(kubeconfig, services)).toBe(200);
    expect(await ask(kubeconfig, "/api/v1/namespaces/bookinfo/services/reviews")).toBe(200);
  });

  it("takes the folder along that it made itself, and frees its port", async () => {
    const first = await start();
    await first.stop();
    running.length = 0;
    await expect(stat(first.address.kubeconfig)).rejects.toThrow("ENOENT");
    const { port } = new URL(first.address.server);
    const second = await start("--port", port);
    expect(second.address.server).toBe(first.address.server);
    await expect(start("--port", port)).rejects.toThrow("EADDRINUSE");
  });
});
