import { countLevels } from "@/lib/analysis/finding";
import { AppError } from "@/lib/base/errors";
import type { ObjectRef } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import { objectText, toReplace } from "@/lib/yaml/object-text";
import type { Logger } from "../log";
import type { Cluster, WriteResult } from "../ports";
import type { MeshAnalysis } from "./mesh-analysis";
import { OVERRIDE_REASON } from "./override-reason";
import { type LastChange, lastChange } from "./ownership";
import { type Draft, type PreparedDraft, prepareDraft } from "./prepare-draft";
import { type Verdict, verdictOfError } from "./verdict";

/** What the write path needs. */
export interface ConfigWriter {
  readonly cluster: Cluster;
  readonly analysis: MeshAnalysis;
  readonly log: Logger;
  readonly readOnly: boolean;
  readonly requestId: string;
}

/** A draft with the version that its author looked at; null for an object that is to be new. */
export interface VersionedDraft extends Draft {
  readonly resourceVersion: string | null;
}

/** The object as it is stored now, for the three-way view. */
export interface LiveState {
  readonly text: string;
  readonly resourceVersion: string;
  readonly lastChange: LastChange | undefined;
}

/** How an apply ended. Everything that an operator can expect is a value. */
export type ApplyResult =
  | {
      readonly type: "applied";
      readonly ref: ObjectRef;
      readonly created: boolean;
      readonly text: string;
      readonly resourceVersion: string;
      readonly warnings: readonly string[];
    }
  /** `live` is null when the object was deleted meanwhile, or exists though it should be new. */
  | { readonly type: "conflict"; readonly message: string; readonly live: LiveState | null }
  | { readonly type: "blocked"; readonly reason: string; readonly errors: number }
  | Extract<Verdict, { type: "refused" }>;

/**
 * Asks the server for its verdict on a draft and stores nothing (`dryRun=All`).
 * @throws AppError when the server cannot be asked.
 */
export async function dryRun(
  writer: ConfigWriter,
  draft: VersionedDraft,
  signal?: AbortSignal,
): Promise<Verdict> {
  const prepared = prepareDraft(draft, writer.analysis.current());
  if (!prepared.ok) return { type: "blocked", reason: prepared.reason };
  try {
    const { object, warnings } = await send(writer.cluster, prepared, draft, {
      dryRun: true,
      ...(signal && { signal }),
    });
    return { type: "accepted", warnings, result: objectText(object) };
  } catch (error) {
    const verdict = verdictOfError(error, draft.text);
    if (verdict) return verdict;
    throw error;
  }
}

/**
 * Writes a draft: a new object is created, a stored one replaced if it still has the version that
 * the author looked at. Findings of level Error block it unless `override` gives a reason, which
 * is kept in the audit log and, until the next write, in an annotation of the object.
 * @throws AppError `forbidden` in read-only mode, and when the server cannot be reached.
 */
export async function applyDraft(
  writer: ConfigWriter,
  draft: VersionedDraft,
  override: string | undefined,
): Promise<ApplyResult> {
  refuseReadOnly(writer);
  const prepared = prepareDraft(draft, writer.analysis.current());
  if (!prepared.ok) {
    const { errors } = countLevels(prepared.analysis.findings);
    return { type: "blocked", reason: prepared.reason, errors };
  }
  const blocked = override === undefined ? blockedBy(prepared) : undefined;
  if (blocked) return blocked;
  const ref = refOf(prepared);
  const created = draft.resourceVersion === null;
  const audit = (result: string, fields: Readonly<Record<string, unknown>> = {}) =>
    writer.log.info(
      {
        audit: true,
        action: created ? "create" : "replace",
        ...auditOf(writer, ref),
        result,
        ...(override !== undefined && { override }),
        ...fields,
      },
      "write",
    );
  try {
    const reasoned = { ...prepared, draft: withReason(prepared.draft, override) };
    const { object, warnings } = await send(writer.cluster, reasoned, draft, {});
    const resourceVersion = object.metadata.resourceVersion ?? "";
    audit("applied", { resourceVersion });
    return { type: "applied", ref, created, text: objectText(object), resourceVersion, warnings };
  } catch (error) {
    audit("failed", { error: error instanceof Error ? error.message : String(error) });
    return outcomeOf(writer, { error, draft, ref });
  }
}

/** Deletes the version of an object that the author looked at. @throws AppError `conflict` if it is newer. */
export async function deleteConfig(
  writer: ConfigWriter,
  ref: ObjectRef,
  resourceVersion: string,
): Promise<void> {
  refuseReadOnly(writer);
  try {
    await writer.cluster.delete(ref, { resourceVersion });
    writer.log.info(
      { audit: true, action: "delete", ...auditOf(writer, ref), result: "deleted" },
      "write",
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    writer.log.info(
      { audit: true, action: "delete", ...auditOf(writer, ref), result: "failed", error: message },
      "write",
    );
    throw error;
  }
}

/** The object as it is stored now; null when there is none. */
export async function liveState(cluster: Cluster, ref: ObjectRef): Promise<LiveState | null> {
  try {
    const live = await cluster.get(ref);
    return {
      text: objectText(live),
      resourceVersion: live.metadata.resourceVersion ?? "",
      lastChange: lastChange(live),
    };
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}

function refuseReadOnly({ readOnly }: ConfigWriter): void {
  if (!readOnly) return;
  throw new AppError("forbidden", "Quarterdeck runs read-only, so nothing is written.", {
    hint: "Copy the draft and apply it with kubectl, or start Quarterdeck without --read-only.",
  });
}

function blockedBy({ analysis }: Ready): Extract<ApplyResult, { type: "blocked" }> | undefined {
  const errors = [...analysis.findings, ...analysis.elsewhere].filter(
    ({ level }) => level === "Error",
  );
  if (errors.length === 0) return undefined;
  const count = errors.length === 1 ? "1 error blocks it" : `${errors.length} errors block it`;
  return {
    type: "blocked",
    reason: `${count}: ${errors[0]?.message ?? ""}`,
    errors: errors.length,
  };
}

/** The object with the reason for this write alone: one of an earlier write is over. */
function withReason(draft: Ready["draft"], reason: string | undefined): Ready["draft"] {
  const { annotations: given = {}, ...metadata } = draft.object.metadata;
  // Annotations of another shape are left for the server to refuse.
  if (!isRecord(given)) return draft;
  const { [OVERRIDE_REASON]: _, ...others } = given;
  const annotations = { ...others, ...(reason !== undefined && { [OVERRIDE_REASON]: reason }) };
  const kept = Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ...draft, object: { ...draft.object, metadata: { ...metadata, ...kept } } };
}

type Ready = Extract<PreparedDraft, { ok: true }>;

async function send(
  cluster: Cluster,
  { draft: { kind, object } }: Ready,
  { resourceVersion }: VersionedDraft,
  options: { readonly dryRun?: boolean; readonly signal?: AbortSignal },
): Promise<WriteResult> {
  if (resourceVersion === null) return cluster.create(object, options);
  const { namespace = "", name } = object.metadata;
  const live = await cluster.get({ kind, namespace, name }, options.signal);
  return cluster.replace(toReplace(object, live, resourceVersion), options);
}

async function outcomeOf(
  { cluster }: ConfigWriter,
  failure: { readonly error: unknown; readonly draft: VersionedDraft; readonly ref: ObjectRef },
): Promise<ApplyResult> {
  const { error, draft, ref } = failure;
  const gone =
    error instanceof AppError && error.code === "not-found" && draft.resourceVersion !== null;
  const verdict = verdictOfError(error, draft.text);
  if (gone || verdict?.type === "conflict") {
    const message = error instanceof Error ? error.message : String(error);
    return { type: "conflict", message, live: await liveState(cluster, ref) };
  }
  if (verdict?.type === "refused") return verdict;
  throw error;
}

function refOf({ draft: { kind, object } }: Ready): ObjectRef {
  const { namespace = "", name } = object.metadata;
  return { kind, namespace, name };
}

const auditOf = ({ cluster, requestId }: ConfigWriter, ref: ObjectRef) => ({
  ...ref,
  user: cluster.identity.user,
  server: cluster.identity.server,
  requestId,
});
