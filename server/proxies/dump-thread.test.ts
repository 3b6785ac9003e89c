import { build } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DumpTexts } from "./dump-reader";
import { dumpThread } from "./dump-thread";
import { proxyDumps } from "./proxy-dumps";
import { systemClock } from "../clock";

/** The thread as it runs in the product: a bundle of its own. */
let folder: string;
let script: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quarterdeck-dumps-"));
  script = join(folder, "dump-worker.mjs");
  const { pathname: root } = new URL("../..", import.meta.url);
  await build({
    absWorkingDir: root,
    entryPoints: ["server/proxies/dump-worker.ts"],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    alias: { "@": root },
    // From a folder without packages nothing else could be found.
    banner: {
      js: `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(import.meta.url)});`,
    },
    logLevel: "error",
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const cluster = (index: number) => ({
  cluster: { name: `outbound|80||service-${index}.shop.svc.cluster.local`, type: "EDS" },
});

const textsOf = (clusters: number): DumpTexts & { from: "envoy" } => ({
  from: "envoy",
  pod: "cart-1",
  clusters: '{"cluster_statuses":[]}',
  dump: JSON.stringify({
    configs: [
      {
        "@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump",
        dynamic_active_clusters: Array.from({ length: clusters }, (_, index) => cluster(index)),
      },
    ],
  }),
});

const FIRST = { ask: "table", table: "clusters", filter: "", offset: 0, limit: 2 } as const;

test("while a large dump is read, this thread goes on", async () => {
  const reader = dumpThread(script);
  let done = false;
  const answered = reader.hold(textsOf(20_000)).then((id) => reader.ask<"table">(id, FIRST));
  void answered.finally(() => (done = true));
  let turns = 0;
  for (; !done; turns += 1) await turn();
  const page = await answered;
  expect(page.matching).toBe(20_000);
  expect(page.rows).toHaveLength(2);
  // Read here, the whole work would fit between two turns.
  expect(turns).toBeGreaterThan(100);
  reader.close();
});

test("what cannot be read is told with its code and hint; what is not held, as expired", async () => {
  const reader = dumpThread(script);
  await expect(reader.hold({ ...textsOf(1), dump: '{"configs":[' })).rejects.toMatchObject({
    name: "AppError",
    code: "unavailable",
    message: "The dump of cart-1 was cut off or is no JSON",
    hint: expect.any(String) as string,
  });
  const id = await reader.hold(textsOf(1));
  reader.drop(id);
  await expect(reader.ask<"table">(id, FIRST)).rejects.toMatchObject({ code: "expired" });
  reader.close();
});

test("a proxy is asked again where its dump was lost with the thread", async () => {
  let asked = 0;
  const reader = dumpThread(script);
  let lost = 0;
  const dumps = proxyDumps({
    clock: systemClock,
    envoy: {
      texts: () => {
        asked += 1;
        return Promise.resolve(textsOf(3));
      },
    },
    // It loses the first dump between holding it and being asked.
    reader: {
      ...reader,
      async hold(texts) {
        const id = await reader.hold(texts);
        if (lost === 0) reader.drop(id);
        lost += 1;
        return id;
      },
    },
  });
  const { answer } = await dumps.ask<"table">({ namespace: "shop", name: "cart-1" }, FIRST);
  expect(answer.matching).toBe(3);
  expect(asked).toBe(2);
  dumps.close();
});
