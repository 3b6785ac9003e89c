import { z } from "zod";
import { Label } from "@/lib/k8s/names";
import { readControlPlane } from "@/server/overview/control-plane";
import { readHealthStrip } from "@/server/overview/health-strip";
import { readIncidents } from "@/server/overview/read-incidents";
import { recentChanges } from "@/server/overview/recent-changes";
import { searchObjects } from "@/server/overview/search-objects";
import { procedure, router } from "../init";

const Scope = z.object({ namespaces: z.array(Label).max(500) });

export const overviewRouter = router({
  /** The mesh's figures over half an hour; live topic "graph". */
  health: procedure.input(Scope).query(({ ctx, input, signal }) =>
    readHealthStrip(ctx.metrics, {
      at: ctx.clock.now(),
      namespaces: input.namespaces,
      ...(signal ? { signal } : {}),
    }),
  ),

  /** What needs somebody, worst first; live topics "graph", "mesh", "proxies", "rollouts", "sources". */
  incidents: procedure
    .input(Scope)
    .query(({ ctx, input, signal }) => readIncidents(ctx, input.namespaces, signal)),

  /** Every istiod; live topic "graph". */
  controlPlane: procedure.query(({ ctx, signal }) =>
    readControlPlane({ mesh: ctx.mesh.view(), metrics: ctx.metrics }, signal),
  ),

  /** Who wrote which configuration last; live topic "mesh". */
  changes: procedure
    .input(Scope.extend({ limit: z.int().min(1).max(100) }))
    .query(({ ctx, input }) => recentChanges(ctx.mesh.view(), input)),

  /** Services and configuration by name, for the command palette. */
  search: procedure
    .input(z.object({ text: z.string().max(200) }))
    .query(({ ctx, input }) => searchObjects(ctx.mesh.view(), input.text, 20)),
});
