"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo, useRef } from "react";
import { YamlEditor, type YamlEditorHandle } from "@/components/editor/yaml-editor";
import { useTRPC } from "@/components/trpc/client";
import { DiffView } from "@/components/ui/diff-view";
import type { ShownError } from "@/components/ui/error-state";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { ConfigObject } from "@/server/config/read-config";
import { applyBlock } from "./apply-block";
import { draftDifference } from "./changed-lines";
import { ConflictView } from "./conflict-view";
import { draftKey, newDraftKey } from "./draft-key";
import { EditorHeader } from "./editor-header";
import { EditorNotices } from "./editor-notices";
import { FindingsPane } from "./findings-pane";
import { ImpactPane } from "./impact-pane";
import { useApply } from "./use-apply";
import { useDraft } from "./use-draft";
import { useDraftChecks } from "./use-draft-checks";
import { useReveal } from "./use-reveal";

const VIEWS = ["draft", "diff"] as const;
const viewParser = parseAsStringLiteral(VIEWS).withDefault("draft");

/** The editor of one object with all that is known of its draft. */
export function ConfigEditor({
  target,
  kind = target?.kind ?? "VirtualService",
  stored,
  deleted = false,
  problem,
  initialText = "",
  namespace = target?.namespace || "default",
}: {
  /** Null for an object that is to be new. */
  target: ObjectRef | null;
  kind?: ObjectRef["kind"];
  stored?: ConfigObject | undefined;
  /** Whether the object went away while it was open. */
  deleted?: boolean;
  /** Why what is stored cannot be read again now. */
  problem?: ShownError | undefined;
  initialText?: string;
  /** For an object that names none. */
  namespace?: string;
}) {
  const trpc = useTRPC();
  const editor = useRef<YamlEditorHandle>(null);
  const [view, setView] = useQueryState("tab", viewParser);
  const [field] = useQueryState("path");
  const live = useMemo(
    () => ({
      text: stored && !deleted ? stored.text : null,
      resourceVersion: stored && !deleted ? stored.resourceVersion : null,
    }),
    [stored, deleted],
  );
  const lastText = stored?.text ?? initialText;
  const draft = useDraft(target ? draftKey(target) : newDraftKey(kind), live, lastText);
  // A template that nobody touched is no draft yet; an object that went away can be written again.
  const dirty = draft.dirty || (target !== null && live.text === null);
  // A write of the status alone changes the version and nothing that is edited.
  const conflict = draft.dirty && live.text !== null && live.text !== draft.base.text;
  const resourceVersion = live.text === null ? null : live.resourceVersion;
  const checks = useDraftChecks({ text: draft.text, target, namespace, resourceVersion, dirty });
  const schema = useQuery(
    trpc.config.schema.queryOptions(
      { kind },
      { staleTime: Infinity, meta: { live: ["mesh:CustomResourceDefinition"] } },
    ),
  );
  const identity = useQuery(trpc.system.identity.queryOptions(undefined, { staleTime: Infinity }));
  const apply = useApply({ draft, target, namespace, resourceVersion });
  const block = applyBlock({
    dirty,
    isNew: target === null,
    readOnly: identity.data?.readOnly ?? false,
    fresh: checks.fresh,
    report: checks.report,
    analysisFailed: checks.analysis.isError,
    conflict,
    verdict: checks.dryRun.data?.verdict,
  });
  const before = live.text ?? "";
  const difference = useMemo(() => draftDifference(before, draft.text), [before, draft.text]);
  const findings = useMemo(
    () =>
      (checks.report?.findings ?? []).map((finding) => ({
        ...finding,
        explanation: checks.report?.explanations[finding.rule],
      })),
    [checks.report],
  );
  const reveal = useReveal(field, draft.text);
  const title = target ? [target.namespace, target.name].filter(Boolean).join("/") : `New ${kind}`;

  return (
    <div className="qd-config-editor">
      <section className="qd-config-middle" aria-label={title}>
        <EditorHeader
          {...{ kind, title, stored, draft, difference, target, deleted, view }}
          onView={(next) => void setView(next)}
        />
        <EditorNotices {...{ kind, title, deleted, problem }} home={draft.home} />
        {conflict ? (
          <ConflictView draft={draft} live={live} lastChange={stored?.lastChange} />
        ) : view === "diff" ? (
          <div className="min-h-0 flex-1 overflow-auto p-3">
            <DiffView
              before={before}
              after={draft.text}
              label="Difference from live to draft"
              context={5}
            />
          </div>
        ) : (
          <YamlEditor
            ref={editor}
            uri={`file:///${(target ? draftKey(target) : newDraftKey(kind)).replaceAll("/", ".")}.yaml`}
            label={`YAML of ${title}; Esc then Tab leaves the editor`}
            value={draft.text}
            onChange={draft.setText}
            findings={findings}
            analysed={checks.analysedText}
            changes={live.text === null ? [] : difference.lines}
            schema={schema.data}
            reveal={reveal}
          />
        )}
        <FindingsPane
          checks={checks}
          findings={findings}
          onGoTo={(line, column) => {
            if (view !== "draft") void setView("draft");
            editor.current?.goTo(line, column);
          }}
          onFix={(text) =>
            editor.current ? editor.current.replaceText(text) : draft.setText(text)
          }
        />
      </section>
      <ImpactPane
        {...{ checks, block, apply, target, before, draft, title, dirty, conflict, difference }}
      />
    </div>
  );
}
