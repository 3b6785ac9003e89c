import { z } from "zod";
import { countLevels } from "@/lib/analysis/finding";
import { toFinding } from "@/lib/analysis/draft";
import { CONFIG_KINDS, type KindId } from "@/lib/istio/kinds";
import { Label, Subdomain } from "@/lib/k8s/names";
import { YAML_LIMITS } from "@/lib/yaml/parse";
import { explanationsOf, reportDraft } from "../../config/draft-report";
import { listConfig } from "../../config/list-config";
import { readConfig, readEditorSchema } from "../../config/read-config";
import { applyDraft, deleteConfig, dryRun, liveState } from "../../config/write-config";
import { procedure, router } from "../init";

const ConfigKind = z.custom<KindId>(
  (value) => CONFIG_KINDS.includes(value as KindId),
  "must be a kind of mesh configuration",
);

const Ref = z.object({
  kind: ConfigKind,
  namespace: z.union([Label, z.literal("")]),
  name: Subdomain,
});

const Text = z.string().max(YAML_LIMITS.length);

const Draft = z.object({
  text: Text,
  /** What is being edited; null for an object that is to be new. */
  target: Ref.nullable(),
  /** For an object that names no namespace. */
  namespace: Label,
});

const VersionedDraft = Draft.extend({
  /** The version that the author looked at; null for an object that is to be new. */
  resourceVersion: z.string().min(1).max(64).nullable(),
});

export const configRouter = router({
  /** Every Istio and Gateway API object with its findings. */
  list: procedure.query(({ ctx }) => listConfig(ctx.mesh, ctx.analysis)),

  /** One object as it is stored. */
  get: procedure
    .input(Ref)
    .query(({ ctx, input, signal }) => readConfig(ctx.cluster, input, signal)),

  /** The object as it is stored now, or null: for the view of a conflict. */
  live: procedure.input(Ref).query(({ ctx, input }) => liveState(ctx.cluster, input)),

  /** The JSON schema of a kind, from the cluster's CustomResourceDefinitions. */
  schema: procedure
    .input(z.object({ kind: ConfigKind }))
    .query(({ ctx, input }) => readEditorSchema(ctx.mesh.view(), input.kind)),

  /** Every finding of the mesh as it is stored. */
  findings: procedure.query(({ ctx }) => {
    const { view, findings: found } = ctx.analysis.current();
    const findings = found.map(toFinding);
    return {
      findings,
      summary: countLevels(findings),
      explanations: explanationsOf(findings),
      meshVersion: view.version,
      ready: ctx.mesh.ready,
    };
  }),

  /** What is wrong with a text, at its lines, laid over the mesh as it is now. */
  analyze: procedure
    .input(Draft)
    .query(({ ctx, input }) => reportDraft(input, ctx.analysis.current())),

  /** The server's verdict on a draft; stores nothing. */
  dryRun: procedure.input(VersionedDraft).query(async ({ ctx, input, signal }) => {
    const startedAt = ctx.clock.now();
    const verdict = await dryRun(ctx, input, signal);
    return { verdict, at: ctx.clock.now(), tookMs: ctx.clock.now() - startedAt };
  }),

  /**
   * Writes a draft over the version that the author looked at. What an operator can expect
   * (a conflict, a refusal, findings that block) is in the answer, not an error.
   */
  write: procedure
    .input(
      VersionedDraft.extend({
        /** Why findings of level Error are overridden; kept in the audit log. */
        override: z.string().trim().min(3).max(500).optional(),
      }),
    )
    .mutation(async ({ ctx, input: { override, ...draft } }) => {
      // Before it is sent: istiod may push while the answer is on its way.
      const at = ctx.clock.now();
      return { ...(await applyDraft(ctx, draft, override)), at };
    }),

  /** Deletes the version of an object that the author looked at. */
  remove: procedure
    .input(z.object({ ref: Ref, resourceVersion: z.string().min(1).max(64) }))
    .mutation(({ ctx, input }) => deleteConfig(ctx, input.ref, input.resourceVersion)),
});
