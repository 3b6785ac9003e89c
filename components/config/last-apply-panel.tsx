"use client";

import { Age } from "@/components/ui/age";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import type { Apply } from "./use-apply";

/** What the last write of this page did. */
export function LastApplyPanel({ apply: { result } }: { apply: Apply }) {
  if (result?.type !== "applied") return null;
  return (
    <Panel title="Last apply" aside={<Age at={result.at} />}>
      <p className="m-0!" role="status">
        <Status status="ok" label={`Written as resourceVersion ${result.resourceVersion}`} />
      </p>
      {result.warnings.map((warning) => (
        <p key={warning} className="qd-note">
          <code>{warning}</code>
        </p>
      ))}
    </Panel>
  );
}
