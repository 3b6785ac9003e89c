import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { Label } from "@/lib/k8s/names";
import { candidates, knownHosts } from "@/lib/rollout/candidates";
import { versionsOf } from "@/lib/rollout/preflight";
import { CommandType, isTerminal } from "@/lib/rollout/status";
import { dryRunSteps } from "../../rollouts/dry-run-steps";
import { goldenSignals } from "../../rollouts/golden-signals";
import { definitionState, installDefinition } from "../../rollouts/install-definition";
import { outlookOf } from "../../rollouts/outlook";
import { ownersOf } from "../../rollouts/owners";
import { previewOf, readRollout, standingFindings } from "../../rollouts/preview-rollout";
import { detailOf, listRollouts, queriesOf } from "../../rollouts/read-rollouts";
import { commandRollout, startRollout } from "../../rollouts/start-rollout";
import { tryEach } from "../../rollouts/try-queries";
import { writeStep } from "../../rollouts/write-step";
import type { Context } from "../context";
import { procedure, router } from "../init";

const Ref = z.strictObject({ namespace: Label, name: Label });
/** A rollout as a person wrote it; what it must be is said by `readRollout`, field by field. */
const Draft = z.strictObject({ rollout: z.record(z.string(), z.unknown()) });

/** Queries that take longer are not tried any more: the page says so. */
const READINGS_DEADLINE = 5_000;

const acts = (ctx: Context) => ({ ...ctx, store: ctx.rollouts.store });

export const rolloutsRouter = router({
  /** Every rollout of the mesh, and who drives them; live topic "rollouts". */
  list: procedure.query(({ ctx }) => ({
    ...listRollouts(ctx.rollouts.store),
    waiting: ctx.rollouts.store.waiting().map(({ ref, by }) => ({ ref, by })),
    driver: ctx.rollouts.driver(),
    ready: ctx.mesh.ready,
    readOnly: ctx.readOnly,
  })),

  /** One rollout beside what the cluster holds; null when there is none; live topic "rollouts". */
  get: procedure.input(Ref).query(({ ctx, input }) => {
    const record = ctx.rollouts.store
      .list()
      .find(({ ref }) => ref.namespace === input.namespace && ref.name === input.name);
    if (!record) return null;
    if ("problem" in record) {
      throw new AppError("invalid", `Rollout ${input.name}: ${record.problem}`, {
        hint: "Mend or delete the object that holds it.",
      });
    }
    return {
      ...detailOf(record, ctx.mesh.view()),
      queries: queriesOf(record, ctx.mesh.view()),
      owners: ownersOf(ctx.mesh.view(), record.rollout),
      driver: ctx.rollouts.driver(input),
      readOnly: ctx.readOnly,
    };
  }),

  /** What both versions do; null when there is no such rollout; live topic "rollouts". */
  signals: procedure.input(Ref).query(async ({ ctx, input, signal }) => {
    const record = await ctx.rollouts.store.read(input, signal);
    if (!record) return null;
    return goldenSignals(
      { metrics: ctx.metrics, clock: ctx.clock, mesh: ctx.mesh.view() },
      record,
      signal ?? new AbortController().signal,
    );
  }),

  /** Services with two versions or more, with their routes, and what runs on them; topic "mesh". */
  candidates: procedure.query(({ ctx }) => ({
    services: ctx.mesh.view().derive(candidates),
    hosts: ctx.mesh.view().derive(knownHosts),
    running: ctx.rollouts.store
      .list()
      .flatMap((record) =>
        "problem" in record || isTerminal(record.status)
          ? []
          : [{ ref: record.ref, target: record.rollout.spec.target }],
      ),
    taken: ctx.rollouts.store.list().map(({ ref }) => ref),
    ready: ctx.mesh.ready,
    readOnly: ctx.readOnly,
  })),

  /** Preflight, every patch of every step and the server's verdict. Stores nothing. */
  preview: procedure
    .input(Draft)
    .query(({ ctx, input, signal }) => previewOf(acts(ctx), readRollout(input.rollout), signal)),

  /** What the server says of the write of every step, and who else owns what is written. */
  dryRuns: procedure.input(Draft).query(async ({ ctx, input, signal }) => {
    const rollout = readRollout(input.rollout);
    const { plan } = await previewOf(acts(ctx), rollout, signal);
    return {
      steps: plan ? await dryRunSteps(ctx.cluster, plan, signal) : [],
      owners: ownersOf(ctx.mesh.view(), rollout),
    };
  }),

  /** What speaks against a plan as the mesh stands; nobody is asked. Topic "mesh". */
  findings: procedure
    .input(Draft)
    .query(({ ctx, input }) =>
      standingFindings({ mesh: ctx.mesh, store: ctx.rollouts.store }, readRollout(input.rollout)),
    ),

  /** What the plan's own queries give now, for either version. */
  readings: procedure.input(Draft).query(({ ctx, input, signal }) => {
    const rollout = readRollout(input.rollout);
    return tryEach(ctx.metrics, rollout, {
      versions: versionsOf(ctx.mesh.view(), rollout),
      at: ctx.clock.now(),
      signal: AbortSignal.any([
        AbortSignal.timeout(READINGS_DEADLINE),
        ...(signal ? [signal] : []),
      ]),
    });
  }),

  /** A plan held against the last hour: values, load, what it can tell. */
  outlook: procedure
    .input(Draft)
    .query(({ ctx, input, signal }) =>
      outlookOf(ctx, readRollout(input.rollout), signal ?? new AbortController().signal),
    ),

  /** Where rollouts of a namespace are kept and why not better, and the definition to install. */
  storage: procedure
    .input(z.strictObject({ namespace: Label }))
    .query(async ({ ctx, input, signal }) => ({
      choice: await ctx.rollouts.store.choice(input.namespace, signal),
      definition: await definitionState(ctx.cluster, signal),
      readOnly: ctx.readOnly,
    })),

  /** Installs the CustomResourceDefinition of rollouts, or brings it up to date. */
  installDefinition: procedure.mutation(({ ctx }) => installDefinition(ctx)),

  /** Writes one share by hand, where no rollout can be kept. */
  writeStep: procedure
    .input(Draft.extend({ share: z.int().min(0).max(100) }))
    .mutation(({ ctx, input }) => writeStep(acts(ctx), readRollout(input.rollout), input.share)),

  /** Stores the rollout; the driver begins at once. */
  start: procedure
    .input(Draft)
    .mutation(({ ctx, input }) => startRollout(acts(ctx), readRollout(input.rollout))),

  /** Asks something of a rollout. The same id twice is one command. */
  command: procedure
    .input(
      z.strictObject({
        ref: Ref,
        id: z.string().min(1).max(64),
        type: CommandType,
        reason: z.string().max(500).optional(),
        force: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input: { ref, ...command } }) => commandRollout(acts(ctx), ref, command)),
});
