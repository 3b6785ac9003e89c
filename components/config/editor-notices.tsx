import type { ShownError } from "@/components/ui/error-state";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { DraftHome } from "./draft-store";

/** What happened around the editor while it was open; the text is never part of the loss. */
export function EditorNotices({
  kind,
  title,
  deleted,
  problem,
  home,
}: {
  kind: string;
  title: string;
  deleted: boolean;
  problem: ShownError | undefined;
  home: DraftHome;
}) {
  return (
    <div role="status" className="qd-config-notices">
      {deleted ? (
        <VerdictBlock status="warn" title={`${kind} ${title} was deleted in the cluster`}>
          Your text is kept here. Apply creates the object again.
        </VerdictBlock>
      ) : null}
      {problem ? (
        <VerdictBlock status="unknown" title="What is stored cannot be read right now">
          {problem.message} {problem.data?.hint} Your text is kept in this browser; go on editing.
        </VerdictBlock>
      ) : null}
      {home === "page" ? (
        <VerdictBlock status="warn" title="This browser keeps no drafts">
          Its storage is full or switched off, so the text lives only as long as this page. Copy it
          before you leave.
        </VerdictBlock>
      ) : null}
    </div>
  );
}
