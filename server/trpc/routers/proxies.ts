import { z } from "zod";
import { instant } from "@/lib/base/units";
import { CONFIG_KINDS, type KindId } from "@/lib/istio/kinds";
import { Label, Subdomain } from "@/lib/k8s/names";
import { explain } from "@/lib/xds/explain/explain";
import { DUMP_SECTIONS } from "@/lib/xds/config-dump";
import { exploreProxy, rawDump, wholeDump } from "../../proxies/explore-proxy";
import { compareProxies, compareWithIstiod, istiodOf } from "../../proxies/compare-proxies";
import { istiodPods } from "../../proxies/mesh-proxies";
import { packedTable } from "../../proxies/packed-table";
import { proxiesReachedBy } from "../../proxies/proxies-reached";
import { proxyDetail } from "../../proxies/proxy-detail";
import { proxyTable } from "../../proxies/proxy-table";
import { tracedChains, tracedClusters, tracedRoutes } from "../../proxies/trace-rows";
import { walkProxy } from "../../proxies/walk-proxy";
import { procedure, router } from "../init";

const Proxy = z.strictObject({ namespace: Label, name: Subdomain });

const Page = z.strictObject({
  ...Proxy.shape,
  filter: z.string().max(500).default(""),
  offset: z.int().min(0).default(0),
  limit: z.int().min(1).max(1000).default(500),
});

const ConfigRef = z.strictObject({
  kind: z.custom<KindId>((value) => CONFIG_KINDS.includes(value as KindId), "must be a kind"),
  namespace: z.union([Label, z.literal("")]),
  name: Subdomain,
});

const MAX_TEXT = 2000;
const MAX_MEASURED = 50;
const MAX_PASTED = 10_000;

const AskedRequest = z.strictObject({
  address: z.string().max(MAX_TEXT).optional(),
  port: z.int().min(1).max(65_535),
  host: z.string().min(1).max(MAX_TEXT),
  path: z.string().startsWith("/").max(MAX_TEXT),
  method: z.string().min(1).max(50).default("GET"),
  headers: z.record(z.string().max(MAX_TEXT), z.string().max(MAX_TEXT)).default({}),
  protocol: z.enum(["http", "tls", "tcp"]).default("http"),
  arrives: z.enum(["mtls", "plain"]).optional(),
});

export const proxiesRouter = router({
  /** Every proxy with its five types, packed (`packRows`); live topic "proxies". */
  list: procedure
    .input(
      z.strictObject({
        namespaces: z.array(Label).max(1000).default([]),
        /** Whether pods may be listed before the first istiod has answered: `at` is undefined then. */
        early: z.boolean().default(false),
      }),
    )
    .query(async ({ ctx, input }) => {
      const snapshot = await (input.early ? ctx.proxies.early() : ctx.proxies.snapshot());
      const table = proxyTable(snapshot, ctx.mesh.view(), ctx.clock.now());
      const { counts, istiods, at } = table;
      return { counts, istiods, at, packed: packedTable(table, input.namespaces) };
    }),

  /** How large the configurations of some proxies are; measured a few at a time and kept 5 min. */
  sizes: procedure
    .input(z.strictObject({ proxies: z.array(Proxy).max(MAX_MEASURED) }))
    .query(({ ctx, input }) => ctx.configSizes.of(input.proxies)),

  /** How many proxies are in which state; live topic "proxies". */
  summary: procedure.query(async ({ ctx }) => {
    const snapshot = await ctx.proxies.snapshot();
    const { counts, istiods, at } = proxyTable(snapshot, ctx.mesh.view(), ctx.clock.now());
    return { counts, istiods, at };
  }),

  /** One proxy: its types with times and errors, and its pod; live topic "proxies". */
  detail: procedure
    .input(Proxy)
    .query(async ({ ctx, input }) =>
      proxyDetail(await ctx.proxies.snapshot(), ctx.mesh.view(), ctx.clock.now(), input),
    ),

  /**
   * How far the newest configuration has come, or with `since` (ms since the epoch) the change that
   * was written then: among all proxies, or among those that the object `of` applies to. Live topic
   * "proxies".
   */
  propagation: procedure
    .input(
      z.strictObject({
        since: z.number().optional(),
        of: ConfigRef.optional(),
      }),
    )
    .query(({ ctx, input: { since, of } }) => {
      const reached = of && proxiesReachedBy(ctx.mesh.view(), of);
      return ctx.proxies.propagation({
        ...(since === undefined ? {} : { since: instant(since) }),
        ...(reached && { of: ({ id }) => reached.has(id) }),
      });
    }),

  /** What one Envoy holds, as istioctl's tables; a page of rows that pass the filter. */
  listeners: procedure.input(Page).query(async ({ ctx, input }) => {
    const page = await exploreProxy(ctx.proxyDumps, input, "listeners", input);
    return { ...page, rows: tracedChains(page.rows, ctx.mesh.view()) };
  }),
  routes: procedure.input(Page).query(async ({ ctx, input }) => {
    const page = await exploreProxy(ctx.proxyDumps, input, "routes", input);
    return { ...page, rows: tracedRoutes(page.rows, ctx.mesh.view()) };
  }),
  clusters: procedure.input(Page).query(async ({ ctx, input }) => {
    const page = await exploreProxy(ctx.proxyDumps, input, "clusters", input);
    return { ...page, rows: tracedClusters(page.rows, ctx.mesh.view()) };
  }),
  endpoints: procedure
    .input(Page)
    .query(({ ctx, input }) => exploreProxy(ctx.proxyDumps, input, "endpoints", input)),
  secrets: procedure
    .input(Page)
    .query(({ ctx, input }) => exploreProxy(ctx.proxyDumps, input, "secrets", input)),
  extensions: procedure
    .input(Page)
    .query(({ ctx, input }) => exploreProxy(ctx.proxyDumps, input, "extensions", input)),
  /** The Istio objects that made something in this proxy, and what. */
  objects: procedure
    .input(Page)
    .query(({ ctx, input }) => exploreProxy(ctx.proxyDumps, input, "objects", input)),

  /** What one Envoy was started with. */
  bootstrap: procedure.input(Proxy).query(async ({ ctx, input }) => {
    const { answer, at } = await ctx.proxyDumps.ask<"bootstrap">(input, { ask: "bootstrap" });
    return { facts: answer, at };
  }),

  /** The way of a request through one proxy, decision by decision; nothing is sent. */
  walk: procedure
    .input(z.strictObject({ ...Proxy.shape, request: AskedRequest }))
    .query(({ ctx, input }) => walkProxy(ctx.proxyDumps, input, input.request, ctx.mesh.view())),

  /** What a pasted access-log line, response flag or refusal means in this mesh. Nothing is kept of it. */
  explain: procedure
    .input(z.strictObject({ text: z.string().max(MAX_PASTED) }))
    .query(({ ctx, input }) => explain(input.text, ctx.mesh.view())),

  /** What one proxy holds, against another one, or against what istiod would send it. */
  compare: procedure
    .input(
      z.strictObject({
        ...Proxy.shape,
        with: z.union([z.literal("istiod"), Proxy]),
        ignoreAddresses: z.boolean().default(false),
      }),
    )
    .query(async ({ ctx, input, signal }) => {
      const { with: other, ignoreAddresses } = input;
      if (other !== "istiod") {
        return compareProxies(ctx.proxyDumps, [other, input], { ignoreAddresses });
      }
      const { proxies } = await ctx.proxies.snapshot();
      const pods = ctx.mesh.view().derive(istiodPods);
      return compareWithIstiod(ctx.proxyDumps, ctx.istiod, {
        ...{ pod: input, ignoreAddresses, signal },
        istiod: istiodOf(pods, proxies, input),
      });
    }),

  /** The whole dump, secrets redacted: to be kept as a file, or compared with one that was. */
  dump: procedure.input(Proxy).query(({ ctx, input }) => wholeDump(ctx.proxyDumps, input)),

  /** The last lines of what a proxy or an istiod says, oldest first. */
  log: procedure
    .input(
      z.strictObject({
        ...Proxy.shape,
        container: z.enum(["istio-proxy", "discovery"]).default("istio-proxy"),
        tailLines: z.int().min(1).max(2000).default(200),
      }),
    )
    .query(async ({ ctx, input: { tailLines, ...pod }, signal }) => {
      const text = await ctx.cluster.logs(pod, { tailLines, ...(signal && { signal }) });
      return { lines: text.split("\n").filter((line) => line !== "") };
    }),

  /** Lines of one part of the dump, secrets redacted. */
  raw: procedure
    .input(
      z.strictObject({
        ...Proxy.shape,
        section: z.enum(DUMP_SECTIONS),
        offset: z.int().min(0).default(0),
        limit: z.int().min(1).max(2000).default(500),
      }),
    )
    .query(({ ctx, input }) => rawDump(ctx.proxyDumps, input, input.section, input)),
});
