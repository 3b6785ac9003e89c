import { z } from "zod";
import { GRAPH_TYPES } from "@/lib/graph/mesh-graph";
import { CALL_ORDERS, SERVICE_ORDERS } from "@/lib/graph/table-rows";
import { Label, Subdomain } from "@/lib/k8s/names";
import { boxDetail } from "../../topology/box-detail";
import { topologyDetail } from "../../topology/topology-detail";
import { procedure, router } from "../init";

/** Seconds over which rates are measured; the longest window that the graph offers is an hour. */
const Window = z.int().min(1).max(3600);

/** The id of a node, a version or of what an edge joins: names of Kubernetes, or a host. */
const LeafId = z.string().min(1).max(600);

const LOG_LINES = 200;

/** A label that boxes are made by: at most a prefix, a stroke and a name. */
const LabelKey = z.string().min(1).max(320);
/** A namespace, or the value of a label. */
const BoxName = z.string().min(1).max(400);

/** Which rows of a table: what is worst comes first unless another order is asked for. */
const rowsBy = <Order extends string>(
  orders: readonly [Order, ...Order[]],
  worst: NoInfer<Order>,
) =>
  z
    .strictObject({
      by: z.enum(orders),
      descending: z.boolean(),
      page: z.int().min(0).max(100_000),
    })
    .default({ by: worst, descending: true, page: 0 });

const Question = z.strictObject({
  windowSeconds: Window.optional(),
  type: z.enum(GRAPH_TYPES).default("versionedApp"),
  namespaces: z.array(Label).max(1000).default([]),
  groupBy: LabelKey.optional(),
  find: z
    .strictObject({ text: z.string().max(500), mode: z.enum(["find", "hide", "only"]) })
    .optional(),
  around: z.strictObject({ id: LeafId, hops: z.int().min(1).max(5) }).optional(),
  pathTo: LeafId.optional(),
  fold: z
    .strictObject({
      opened: z.array(BoxName).max(200),
      closed: z.array(BoxName).max(200),
      kept: z.array(LeafId).max(20),
    })
    .optional(),
  table: z
    .strictObject({
      services: rowsBy(SERVICE_ORDERS, "health"),
      calls: rowsBy(CALL_ORDERS, "health"),
      selected: LeafId.optional(),
    })
    .optional(),
});

export const topologyRouter = router({
  /** The graph of the mesh, or of some namespaces with their neighbours. */
  graph: procedure
    .input(Question)
    .query(({ ctx, input }) => ctx.topology.graph({ ...input, judged: true })),

  /** The same for who looks on: with `since`, a version that is held, what changed; live topic "graph". */
  follow: procedure
    .input(z.strictObject({ ...Question.shape, since: z.string().max(200).optional() }))
    .query(async ({ ctx, input: { since, ...question } }) => {
      const reading = await ctx.topology.graph({ ...question, judged: true });
      return ctx.graphVersions(JSON.stringify(question), reading, since);
    }),

  /**
   * What the panel of a box (`box:<name>`) or of a group that was folded shows. `null` when nothing
   * stands there (any more); live topic "graph".
   */
  box: procedure
    .input(z.strictObject({ ...Question.shape, of: LeafId }))
    .query(({ ctx, input, signal }) =>
      boxDetail(
        {
          topology: ctx.topology,
          metrics: ctx.metrics,
          clock: ctx.clock,
          mesh: ctx.mesh.view(),
        },
        input,
        signal ?? new AbortController().signal,
      ),
    ),

  /** The newest lines that the proxy of a pod wrote, newest last. */
  logs: procedure
    .input(z.strictObject({ namespace: Label, name: Subdomain }))
    .query(async ({ ctx, input, signal }) => {
      const pod = { ...input, container: "istio-proxy" };
      const text = await ctx.cluster.logs(pod, { tailLines: LOG_LINES, ...(signal && { signal }) });
      return { lines: text.split("\n").filter((line) => line !== "") };
    }),

  /**
   * What the panel of a node or an edge shows besides the graph: charts, responses, what decides.
   * `null` when there is no such thing (any more); live topic "graph".
   */
  detail: procedure
    .input(
      z.strictObject({
        source: LeafId.optional(),
        target: LeafId,
        type: z.enum(GRAPH_TYPES).default("versionedApp"),
        windowSeconds: Window.optional(),
      }),
    )
    .query(({ ctx, input, signal }) =>
      topologyDetail(
        {
          topology: ctx.topology,
          metrics: ctx.metrics,
          clock: ctx.clock,
          mesh: ctx.mesh.view(),
        },
        input,
        signal ?? new AbortController().signal,
      ),
    ),
});
