import { z } from "zod";
import { Label, Subdomain } from "@/lib/k8s/names";
import { DUMP_TYPES } from "@/lib/xds/debug/pages";
import { AppError } from "@/lib/base/errors";
import type { DebugWish } from "../../control-plane/debug-pages";
import { istiodFigures } from "../../control-plane/istiod-figures";
import { meshRevisions, meshWebhooks } from "../../control-plane/mesh-webhooks";
import { versionPairs } from "../../control-plane/version-skew";
import { istiodPods } from "../../proxies/mesh-proxies";
import type { Context } from "../context";
import { procedure, router } from "../init";

const MAX_TEXT = 300;

const Question = z.strictObject({
  page: z.string().max(50),
  proxy: z.string().max(MAX_TEXT).default(""),
  namespace: z.union([Label, z.literal("")]).default(""),
  types: z.array(z.enum(DUMP_TYPES)).max(DUMP_TYPES.length).default([]),
  flag: z.boolean().default(false),
  /** Without it every istiod is asked in turn. */
  istiod: Subdomain.optional(),
});

const wishOf = (ctx: Context, input: z.infer<typeof Question>): DebugWish => {
  const { istiod, ...question } = input;
  return { question, istiod, pods: ctx.mesh.view().derive(istiodPods) };
};

/** Proxies that are connected; undefined where no istiod tells. */
async function connectedProxies(ctx: Context) {
  try {
    return (await ctx.proxies.snapshot()).proxies;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

export const controlPlaneRouter = router({
  /**
   * Every istiod with its figures, webhooks, revisions, and the releases that meet; live topics
   * "graph", "proxies", "mesh:Pod", "mesh:Namespace".
   */
  state: procedure.query(async ({ ctx, signal }) => {
    const mesh = ctx.mesh.view();
    const [figures, proxies] = await Promise.all([
      istiodFigures({ mesh, metrics: ctx.metrics }, signal),
      connectedProxies(ctx),
    ]);
    const releases = new Map(mesh.derive(istiodPods).map(({ name, version }) => [name, version]));
    return {
      figures,
      webhooks: mesh.derive(meshWebhooks),
      revisions: mesh.derive(meshRevisions),
      versions: proxies && versionPairs(proxies, releases),
      at: ctx.clock.now(),
    };
  }),

  /** The istiods that can be asked; live topic "mesh:Pod". */
  istiods: procedure.query(({ ctx }) => ctx.mesh.view().derive(istiodPods)),

  /** One of istiod's debug pages as rows that contain `find`, and the first lines of its JSON. */
  debugPage: procedure
    .input(Question.extend({ find: z.string().max(MAX_TEXT).default("") }))
    .query(({ ctx, input: { find, ...input } }) => ctx.debugPages.read(wishOf(ctx, input), find)),

  /** The whole JSON of a debug page, secrets redacted. */
  debugFile: procedure
    .input(Question)
    .query(({ ctx, input }) => ctx.debugPages.download(wishOf(ctx, input))),
});
