import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Instant, instant } from "@/lib/base/units";
import type { ObjectRef } from "@/lib/istio/kinds";
import { type RunningSandbox, startSandbox } from "@/sandbox/main";
import { sandboxOptions } from "@/sandbox/options";
import { systemClock } from "../clock";
import type { RunningMeshStore } from "../mesh/mesh-store";
import type { Cluster } from "../ports";
import { type WatchedProxies, watchedProxies } from "../testing/watched-proxies";
import type { Proxies } from "./proxies-service";
import { type ProxyRow, proxyTable } from "./proxy-table";

/** Every cause that a proxy can have, brought about in the embedded cluster. */
let sandbox: RunningSandbox;
let watched: WatchedProxies;
let cluster: Cluster;
let mesh: RunningMeshStore;
let proxies: Proxies;

beforeAll(async () => {
  sandbox = await startSandbox(sandboxOptions(["--port", "0"]));
  watched = watchedProxies(sandbox.address.kubeconfig);
  ({ cluster, mesh, proxies } = watched);
  await watched.ready();
});
afterAll(async () => {
  watched.close();
  await sandbox.stop();
});

const NAMESPACE = "bookinfo";
const podOf = (workload: string): string => {
  const pods = mesh.view().list("Pod");
  const found = pods.find(({ metadata }) => metadata.name.startsWith(workload));
  return found?.metadata.name ?? workload;
};

/** Annotations of a workload's pod that make its proxy behave. */
async function behave(workload: string, annotations: Readonly<Record<string, string | null>>) {
  const named = Object.entries(annotations).map(
    ([key, value]) => [`sandbox.quarterdeck.dev/${key}`, value] as const,
  );
  const pods = mesh.view().list("Pod");
  const pod = pods.find(({ metadata }) => metadata.name.startsWith(workload));
  const ref: ObjectRef = {
    kind: "Pod",
    namespace: pod?.metadata.namespace ?? NAMESPACE,
    name: podOf(workload),
  };
  const metadata = { annotations: Object.fromEntries(named) };
  await cluster.patch(ref, { type: "merge", body: { metadata } });
}

/** The row of a workload's proxy, as the table shows it at `now`. */
async function row(workload: string, now: Instant = systemClock.now()): Promise<ProxyRow> {
  // Asks the istiods now: nobody looks at a page here.
  await proxies.propagation({ since: systemClock.now() });
  const { rows } = proxyTable(await proxies.snapshot(), mesh.view(), now);
  const found = rows.find(({ pod }) => pod === podOf(workload));
  if (!found) throw new Error(`no proxy of ${workload}`);
  return found;
}

const WAIT = { timeout: 8_000, interval: 100 };

const becomes = (workload: string, expected: object): Promise<void> =>
  vi.waitFor(async () => expect((await row(workload)).why).toMatchObject(expected), WAIT);

const envoyFilter = (name: string, labels: object, patches: readonly object[]) => ({
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name, namespace: NAMESPACE },
  spec: { workloadSelector: { labels }, configPatches: patches },
});

const by = (kind: string, name: string, path: string) => ({
  culprit: { object: { kind, namespace: NAMESPACE, name }, path, isNamed: true },
});

describe("a refusal is understood and traced", () => {
  test("to an EnvoyFilter, whose script or cluster patch Envoy names", async () => {
    await cluster.create(
      envoyFilter("bad-script", { app: "reviews", version: "v1" }, [
        {
          applyTo: "HTTP_FILTER",
          match: {
            context: "SIDECAR_INBOUND",
            listener: {
              filterChain: { filter: { name: "envoy.filters.network.http_connection_manager" } },
            },
          },
          patch: {
            operation: "INSERT_BEFORE",
            value: {
              name: "bad.lua",
              typed_config: {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
                default_source_code: { inline_string: "function envoy_on_request(h) not lua" },
              },
            },
          },
        },
      ]),
    );
    await cluster.create(
      envoyFilter("bad-cluster", { app: "details" }, [
        {
          applyTo: "CLUSTER",
          match: {
            context: "SIDECAR_OUTBOUND",
            cluster: { service: "ratings.bookinfo.svc.cluster.local" },
          },
          patch: { operation: "MERGE", value: { type: "STATIC" } },
        },
      ]),
    );
    await Promise.all([
      becomes("reviews-v1", {
        code: "lua-script",
        title: "Listeners refused: a Lua script does not load",
        ...by("EnvoyFilter", "bad-script", "spec.configPatches[0]"),
      }),
      becomes("details-v1", {
        code: "cluster-type",
        resource: "outbound|9080||ratings.bookinfo.svc.cluster.local",
        culprit: { object: { name: "bad-cluster" }, path: "spec.configPatches[0]" },
      }),
    ]);
    const refused = await row("reviews-v1");
    expect(refused.cause).toMatch(/by EnvoyFilter bookinfo\/bad-script$/);
    expect(refused.evidence).toContain("script load error");
    for (const name of ["bad-script", "bad-cluster"]) {
      await cluster.delete({ kind: "EnvoyFilter", namespace: NAMESPACE, name });
    }
  });

  test("whatever Envoy says, with what to do", async () => {
    const listeners = (text: string) => `Error adding/updating listener(s) ${text}\n`;
    const cases: readonly (readonly [string, string, string | null, string])[] = [
      ["reviews-v1", "reject-rds", "missing ): /(unclosed", "bad-regex"],
      ["reviews-v2", "reject", null, "rate-limit-interval"],
      ["reviews-v3", "reject-rds", null, "duplicate-domain"],
      ["ratings-v1", "reject-eds", null, "malformed-address"],
      [
        ...(["details-v1", "reject"] as const),
        listeners("virtualInbound: Didn't find a registered implementation for 'a'"),
        "unknown-extension",
      ],
      [
        ...(["productpage", "reject"] as const),
        listeners("virtualInbound: Unable to create Wasm HTTP filter shop.limiter"),
        "wasm-module",
      ],
      [
        ...(["istio-ingressgateway", "reject"] as const),
        listeners("0.0.0.0_8080: cannot bind '0.0.0.0:8080': Permission denied"),
        "port-taken",
      ],
    ];
    await Promise.all(
      cases.map(async ([workload, proxy, error, code]) => {
        await behave(workload, { proxy, "proxy-error": error });
        await becomes(workload, { code });
        const { why, state } = await row(workload);
        expect(state).toBe("refused");
        expect(why.title).toMatch(/ refused: /);
        expect(why.next).not.toBe("");
        await behave(workload, { proxy: null, "proxy-error": null });
        await becomes(workload, { code: "in-order" });
      }),
    );
  });
});

describe("silence is told apart", () => {
  const later = (): Instant => instant(systemClock.now() + 11_000);

  test("a push under way, no answer, and a pod that is not ready", async () => {
    await behave("ratings-v1", { proxy: "stuck" });
    await vi.waitFor(async () => {
      expect((await row("ratings-v1")).why.code).toBe("push-under-way");
    }, WAIT);
    expect((await row("ratings-v1", later())).why.code).toMatch(/^no-answer/);
    await behave("ratings-v1", { ready: "false" });
    await vi.waitFor(async () => {
      expect((await row("ratings-v1", later())).why.code).toBe("silent-and-not-ready");
    }, WAIT);
    await behave("ratings-v1", { proxy: null, ready: null });
  });

  test("an istiod that fell silent leaves its proxies unknown, not in order", async () => {
    await vi.waitFor(async () => expect((await row("reviews-v2")).state).toBe("synced"), WAIT);
    const istiod = podOf("istiod");
    const { control, kubeconfig } = sandbox.address;
    const token = /token: "?([^"\n]+)/.exec(await readFile(kubeconfig, "utf8"))?.[1] ?? "";
    const fault = { kind: "istiod", how: "down", pod: istiod };
    const set = await fetch(`${control}/faults`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(fault),
    });
    expect(set.status).toBe(201);
    await vi.waitFor(async () => {
      const silent = await row("reviews-v2", later());
      expect(silent).toMatchObject({ state: "unknown", why: { code: "istiod-silent" } });
    }, WAIT);
    await fetch(`${control}/faults`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
    });
    await vi.waitFor(async () => expect((await row("reviews-v2")).state).toBe("synced"), WAIT);
  });
});
