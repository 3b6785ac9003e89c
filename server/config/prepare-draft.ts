import { analyzeDraft, type DraftAnalysis } from "@/lib/analysis/draft";
import type { DraftObject } from "@/lib/analysis/draft-object";
import type { Finding } from "@/lib/analysis/finding";
import { applyPolicy } from "@/lib/analysis/policy";
import { CONFIG_KINDS, type ObjectRef } from "@/lib/istio/kinds";
import { objectKey } from "@/lib/k8s/object";
import type { MeshFindings } from "./mesh-analysis";

/** A text in the editor, and what is being edited: nothing stored yet where `target` is null. */
export interface Draft {
  readonly text: string;
  readonly target: ObjectRef | null;
  /** For an object that names none. */
  readonly namespace: string;
}

/** A draft that can be sent to the server, or why it cannot. */
export type PreparedDraft =
  | { readonly ok: true; readonly draft: DraftObject; readonly analysis: DraftAnalysis }
  | { readonly ok: false; readonly reason: string; readonly analysis: DraftAnalysis };

/** Analyses a draft and says whether it is one whole object of the kind and name that is open. */
export function prepareDraft(
  { text, target, namespace }: Draft,
  { view, rules, analysis: known, policy, today }: MeshFindings,
): PreparedDraft {
  const found = analyzeDraft(text, view, { rules, namespace, analysis: known });
  const judge = <T extends Finding>(findings: readonly T[]): readonly T[] =>
    applyPolicy(findings, policy, today).filter(({ suppressed }) => !suppressed);
  const analysis: DraftAnalysis = {
    ...found,
    findings: judge(found.findings),
    elsewhere: judge(found.elsewhere),
  };
  const refuse = (reason: string): PreparedDraft => ({ ok: false, reason, analysis });
  const broken = analysis.findings.find(({ code }) => code === "QD0001" || code === "QD0002");
  if (broken) return refuse(`Line ${broken.line}: ${broken.message}`);
  const [draft, ...others] = analysis.objects;
  if (!draft) return refuse("The text holds no object yet.");
  if (others.length > 0) {
    return refuse(
      `The text holds ${others.length + 1} objects; one at a time is written. Open the others by themselves.`,
    );
  }
  const key = objectKey(draft.object);
  if (!CONFIG_KINDS.includes(draft.kind)) {
    return refuse(`${draft.object.kind} is not mesh configuration; it is not written from here.`);
  }
  if (target && (target.kind !== draft.kind || keyOf(target) !== key)) {
    return refuse(
      `The text is ${draft.object.kind} ${key}, but ${target.kind} ${keyOf(target)} is open. ` +
        "Rename it back, or use New for another object.",
    );
  }
  return { ok: true, draft, analysis };
}

const keyOf = ({ namespace, name }: ObjectRef): string =>
  namespace ? `${namespace}/${name}` : name;
