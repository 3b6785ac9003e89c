"use client";

import { useState } from "react";
import { Age } from "@/components/ui/age";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { KindTag } from "@/components/ui/kind-tag";
import { Segmented } from "@/components/ui/segmented";
import { kindInfo, type ObjectRef, preferredApiVersion } from "@/lib/istio/kinds";
import type { ConfigObject } from "@/server/config/read-config";
import type { DraftDifference } from "./changed-lines";
import { DeleteDialog } from "./delete-dialog";
import type { DraftState } from "./use-draft";

/** What is open, how far it is from what is stored, and who wrote that. */
export function EditorHeader({
  kind,
  title,
  target,
  stored,
  draft,
  difference,
  deleted,
  view,
  onView,
}: {
  kind: ObjectRef["kind"];
  title: string;
  target: ObjectRef | null;
  stored: ConfigObject | undefined;
  draft: DraftState;
  difference: DraftDifference;
  deleted: boolean;
  view: "draft" | "diff";
  onView: (view: "draft" | "diff") => void;
}) {
  const [deleting, setDeleting] = useState(false);
  const info = kindInfo(kind);
  return (
    <header className="qd-config-head">
      <div className="min-w-0 flex-1 basis-80">
        <div className="flex flex-wrap items-center gap-2">
          <KindTag tag={info.tag} kind={info.kind} />
          <h1 className="text-lg!">{title}</h1>
          {draft.dirty ? (
            <Badge>{`draft, ${difference.changed} ${difference.changed === 1 ? "line" : "lines"} changed`}</Badge>
          ) : null}
          {draft.dirty && draft.savedAt !== undefined ? (
            <span className="qd-note">
              kept in this {draft.home} <Age at={draft.savedAt} />
            </span>
          ) : null}
        </div>
        <p className="qd-note m-0!">
          {stored?.apiVersion ?? preferredApiVersion(kind)}
          {stored ? ` · resourceVersion ${stored.resourceVersion}` : " · not stored yet"}
          {stored?.lastChange ? (
            <>
              {` · last changed by ${stored.lastChange.manager} `}
              <Age at={stored.lastChange.at} />
            </>
          ) : null}
          {stored?.owner
            ? ` · kept by ${stored.owner.tool}: ${stored.owner.name}`
            : stored
              ? " · no GitOps owner"
              : ""}
          {stored?.overrideReason === undefined
            ? ""
            : ` · written in spite of its errors: “${stored.overrideReason}”`}
        </p>
      </div>
      <div className="ml-auto flex items-center gap-1">
        {target && stored && !deleted && !draft.dirty ? (
          <Button variant="quiet" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        ) : null}
        <Segmented
          label="View"
          options={[
            { value: "draft", label: "Draft" },
            { value: "diff", label: "Diff" },
          ]}
          value={view}
          onChange={onView}
        />
      </div>
      {target && stored ? (
        <DeleteDialog
          open={deleting}
          onClose={() => setDeleting(false)}
          target={target}
          resourceVersion={stored.resourceVersion}
        />
      ) : null}
    </header>
  );
}
