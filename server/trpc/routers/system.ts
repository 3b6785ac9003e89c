import { procedure, router } from "../init";

export const systemRouter = router({
  /** What this server is connected to, as whom, and whether it may write. */
  identity: procedure.query(({ ctx }) => ({
    cluster: { ...ctx.cluster.identity },
    prometheus: ctx.metrics.url ?? null,
    readOnly: ctx.readOnly,
    version: ctx.version,
  })),

  /** How each source of data is doing; live topic "sources". */
  sources: procedure.query(({ ctx }) => ctx.sources.current()),

  /** Names of all namespaces, sorted; live topic "mesh:Namespace". */
  namespaces: procedure.query(({ ctx }) =>
    ctx.mesh
      .view()
      .list("Namespace")
      .map(({ metadata }) => metadata.name)
      .sort(),
  ),

  /** Kinds that cannot be read, and why; empty when all is well. Live topic "sources". */
  problems: procedure.query(({ ctx }) =>
    ctx.mesh.problems().map(({ kind, error }) => ({
      kind,
      code: error.code,
      message: error.message,
      hint: error.hint,
    })),
  ),

  /** How often Prometheus scrapes its targets, in ms; `null` when it cannot be told. */
  scrapeInterval: procedure.query(({ ctx, signal }) => ctx.metrics.scrapeInterval(signal)),
});
