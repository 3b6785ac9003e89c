"use client";

import { useState } from "react";
import { YamlEditor } from "@/components/editor/yaml-editor";
import { Panel } from "@/components/ui/panel";
import { isRecord, type JsonRecord, sameJson } from "@/lib/k8s/json-value";
import type { PreflightFinding } from "@/lib/rollout/preflight";
import { parseYaml } from "@/lib/yaml/parse";
import { toYaml } from "@/lib/yaml/stringify";
import { placedFindings } from "./draft-findings";
import type { DraftRollout } from "./rollout-draft";

/** The value of a text that is one mapping; undefined for any other. */
function readDocument(text: string): JsonRecord | undefined {
  const { documents, problems } = parseYaml(text);
  const [only, second] = documents;
  return problems.length === 0 && !second && isRecord(only?.value) ? only.value : undefined;
}

/**
 * The plan as the document that it is. What is typed becomes the plan as soon as it can be read;
 * the form shows the same, and leaves alone what it has no field for.
 */
export function PlanYaml({
  document,
  findings,
  onWrite,
}: {
  document: DraftRollout;
  findings: readonly PreflightFinding[];
  onWrite: (written: JsonRecord) => void;
}) {
  const [text, setText] = useState(() => toYaml(document));
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
