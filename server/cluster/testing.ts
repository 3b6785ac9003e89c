import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An HTTP server for tests of what an API server may do to us, and a kubeconfig that names it. */
export interface FakeServer {
  readonly url: string;
  readonly kubeconfig: string;
  /** Stops to listen; the kubeconfig stays. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Serves `listener` on a free port of 127.0.0.1. `user` is the YAML of the kubeconfig's user. */
export async function fakeServer(listener: RequestListener, user = "{}"): Promise<FakeServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-test-"));
  const kubeconfig = join(folder, "config");
  writeFileSync(kubeconfig, kubeconfigOf(url, user));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url,
    kubeconfig,
    stop,
    async close() {
      rmSync(folder, { recursive: true, force: true });
      await stop();
    },
  };
}

/** A kubeconfig with one context named `test`. */
export const kubeconfigOf = (server: string, user: string): string => `apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: tester}}]
clusters: [{name: test, cluster: {server: "${server}", insecure-skip-tls-verify: true}}]
users: [{name: tester, user: ${user}}]
`;
