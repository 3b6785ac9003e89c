import { expect, test, vi } from "vitest";
import { instant } from "@/lib/base/units";
import { meshView } from "@/lib/mesh/view";
import { systemClock } from "../clock";
import { istiodClient } from "../istiod/istiod-client";
import { liveHub } from "../live/live";
import { sourceStates } from "../live/sources";
import type { MeshStore } from "../ports";
import { proxiesService } from "./proxies-service";
import { proxyTable } from "./proxy-table";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const pod = (name: string, labels: Record<string, string>, container: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop", labels },
  spec: { containers: [{ name: "app" }, { name: container, image: "istio/x:1.30.1" }] },
  status: { phase: "Running" },
});
const view = meshView([
  pod("istiod-1", { app: "istiod", "istio.io/rev": "canary" }, "discovery"),
  pod("cart-1", {}, "istio-proxy"),
]);

/** A mesh that was read and does not change. */
const mesh: MeshStore = {
  ready: true,
  view: () => view,
  onChange: () => () => undefined,
  problems: () => [],
};

const SYNCED = [
  {
    proxy: "cart-1.shop",
    cluster_id: "c",
    istio_version: "1.30.1",
    cluster_sent: "1",
    cluster_acked: "1",
  },
];

test("who follows a change does not wait for an istiod that hangs, and is not told that all hold it", async () => {
  let answer: (value: { status: number; body: string }) => void = () => undefined;
  const stop = new AbortController();
  const live = liveHub("test");
  const told = vi.spyOn(live, "publish");
  const proxies = proxiesService({
    ...{ mesh, live, log, clock: systemClock },
    istiod: istiodClient({ podRequest: () => new Promise((resolve) => (answer = resolve)) }),
    sources: sourceStates({ clock: systemClock, live, log }, [], stop.signal),
  });
  const first = proxies.propagation();
  answer({ status: 200, body: JSON.stringify(SYNCED) });
  expect(await first).toMatchObject({ synced: 1, total: 1 });

  // A write long ago, after which no istiod was heard.
  const since = instant(Date.now() + 1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const hanging = await proxies.propagation({ since });
  expect(hanging).toMatchObject({ synced: 0, total: 1, pushed: false });
  expect(hanging.readAt).toBeLessThan(since);
  told.mockClear();
  answer({ status: 200, body: JSON.stringify(SYNCED) });
  await vi.waitFor(() =>
    expect(told).toHaveBeenCalledWith(expect.objectContaining({ topic: "proxies" })),
  );
  proxies.close();
  live.close();
  stop.abort();
});

test("while the first istiod takes long to answer, its proxies are listed by their pods", async () => {
  let answer: (value: { status: number; body: string }) => void = () => undefined;
  const stop = new AbortController();
  const live = liveHub("test");
  const told = vi.spyOn(live, "publish");
  const proxies = proxiesService({
    ...{ mesh, live, log, clock: systemClock },
    istiod: istiodClient({ podRequest: () => new Promise((resolve) => (answer = resolve)) }),
    sources: sourceStates({ clock: systemClock, live, log }, [], stop.signal),
  });
  const early = await proxies.early();
  expect(early.at).toBeUndefined();
  const table = proxyTable(early, view, instant(0));
  expect(table.counts).toMatchObject({ total: 1, unknown: 1, disconnected: 0 });
  expect(table.rows[0]).toMatchObject({ id: "cart-1.shop", cause: "Istiod is being asked" });
  told.mockClear();

  answer({ status: 200, body: JSON.stringify(SYNCED) });
  await vi.waitFor(() =>
    expect(told).toHaveBeenCalledWith(expect.objectContaining({ topic: "proxies" })),
  );
  // From now on it is what the istiod said, however early it is asked for.
  const { rows } = proxyTable(await proxies.early(), view, instant(0));
  expect(rows[0]).toMatchObject({ state: "synced", revision: "canary", cluster: "c" });
  proxies.close();
  live.close();
  stop.abort();
});
