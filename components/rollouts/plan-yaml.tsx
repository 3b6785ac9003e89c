"use client";

import { useState } from "react";
import { YamlEditor } from "@/components/editor/yaml-editor";
import { Panel } from "@/components/ui/panel";
import { type JsonRecord, sameJson } from "@/lib/k8s/json-value";
import type { PreflightFinding } from "@/lib/rollout/preflight";
import { placedFindings } from "./draft-findings";
import { keptText, readDocument } from "./kept-text";
import type { DraftRollout } from "./rollout-draft";

/**
 * The plan as the document that it is. What is typed becomes the plan as soon as it can be read;
 * the form shows the same, and leaves alone what it has no field for.
 */
export function PlanYaml({
  document,
  findings,
  typed,
  onType,
  onWrite,
}: {
  document: DraftRollout;
  findings: readonly PreflightFinding[];
  /** The text as it was left, comments and all; undefined where nothing was typed. */
  typed: string | undefined;
  onType: (text: string) => void;
  onWrite: (written: JsonRecord) => void;
}) {
  const [text, setText] = useState(() => keptText(typed, { ...document }));
  const placed = placedFindings(text, findings);
  return (
    <Panel
      title="CanaryRollout"
      note="what is started, and what kubectl could apply"
      aside={placed.length === 0 ? "no findings" : undefined}
    >
      <div className="qd-plan-yaml">
        <YamlEditor
          uri="file:///canary-rollout.yaml"
          label="YAML of the rollout; Esc then Tab leaves the editor"
          value={text}
          onChange={(next) => {
            setText(next);
            onType(next);
            const written = readDocument(next);
            if (written && !sameJson(written, document)) onWrite(written);
          }}
          findings={placed}
          analysed={text}
          changes={[]}
          schema={null}
        />
      </div>
    </Panel>
  );
}
