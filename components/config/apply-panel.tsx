"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { TextField } from "@/components/ui/text-field";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { DraftReach } from "@/server/config/draft-report";
import type { ApplyBlock } from "./apply-block";
import { DiscardDialog } from "./discard-dialog";
import type { Apply } from "./use-apply";
import type { DraftState } from "./use-draft";

/** The one button that writes, and why it does not where it does not. */
export function ApplyPanel({
  apply,
  block,
  dirty,
  draft,
  title,
  lines,
  reach,
}: {
  apply: Apply;
  block: ApplyBlock | undefined;
  dirty: boolean;
  draft: DraftState;
  title: string;
  /** How many lines of the draft are not as they are stored. */
  lines: number;
  reach: DraftReach | undefined;
}) {
  const [asking, setAsking] = useState<"override" | "discard">();
  const close = () => setAsking(undefined);
  const { result, error, pending } = apply;
  const label = reach
    ? `Apply to ${reach.proxies} ${reach.proxies === 1 ? "proxy" : "proxies"}`
    : "Apply";
  return (
    <section
      className="qd-config-apply"
      aria-label="Apply"
      data-blocked={block && dirty ? "" : undefined}
    >
      <Button
        variant="primary"
        size="large"
        className="w-full justify-center"
        pending={pending}
        disabledReason={block?.reason}
        onClick={() => apply.apply()}
      >
        {label}
      </Button>
      {draft.dirty ? (
        <div className="flex flex-wrap items-center gap-1">
          <CopyButton text={draft.text} label="Copy" />
          <Button variant="quiet" size="small" onClick={() => setAsking("discard")}>
            Discard draft
          </Button>
          {block?.overridable ? (
            <Button variant="quiet" size="small" onClick={() => setAsking("override")}>
              Override with a reason
            </Button>
          ) : null}
        </div>
      ) : null}
      {dirty && result?.type === "refused" ? (
        <VerdictBlock status="fail" title="Not written: the server refused it">
          <code>{result.message}</code>
        </VerdictBlock>
      ) : null}
      {dirty && result?.type === "blocked" ? (
        <VerdictBlock status="fail" title="Not written">
          {result.reason}
        </VerdictBlock>
      ) : null}
      {dirty && result?.type === "conflict" ? (
        <VerdictBlock status="warn" title="Not written: the object changed meanwhile">
          {result.message} Nothing was overwritten.
        </VerdictBlock>
      ) : null}
      {error ? (
        <ErrorState error={error} title="Not written" onRetry={() => apply.apply()}>
          The draft is kept.
        </ErrorState>
      ) : null}
      <OverrideDialog
        open={asking === "override"}
        onClose={close}
        reason={block?.reason ?? ""}
        onOverride={(reason) => apply.apply(reason)}
      />
      <DiscardDialog
        open={asking === "discard"}
        onClose={close}
        title={title}
        lines={lines}
        onDiscard={draft.discard}
      />
    </section>
  );
}

const SHORTEST_REASON = 3;

function OverrideDialog({
  open,
  onClose,
  reason,
  onOverride,
}: {
  open: boolean;
  onClose: () => void;
  reason: string;
  onOverride: (why: string) => void;
}) {
  const [why, setWhy] = useState("");
  const enough = why.trim().length >= SHORTEST_REASON;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Write it in spite of the errors?"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            disabledReason={enough ? undefined : "Give a reason first."}
            onClick={() => {
              onOverride(why.trim());
              onClose();
            }}
          >
            Write it anyway
          </Button>
        </>
      }
    >
      <p>{reason}</p>
      <TextField
        label="Reason, kept in the audit log and as an annotation"
        value={why}
        maxLength={500}
        onChange={(event) => setWhy(event.target.value)}
      />
    </Dialog>
  );
}
