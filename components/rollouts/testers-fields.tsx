"use client";

import { Checkbox } from "@/components/ui/checkbox";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { TextField } from "@/components/ui/text-field";
import type { Draft } from "./use-draft";

/** Whose requests go to the canary whatever the steps say: those of people who try it out. */
export function TestersFields({
  draft: { values, set },
  canary,
  problem,
}: {
  draft: Draft;
  canary: string;
  problem: (field: string) => string | undefined;
}) {
  const { testers, testersName, testersValue, testersOnly } = values;
  const field = testers === "header" ? "spec.testers.headers" : "spec.testers.cookie.name";
  return (
    <Panel title="Testers" note={`requests that always go to ${canary} while the canary runs`}>
      <Segmented
        label="Testers are told by"
        value={testers}
        options={[
          { value: "none", label: "No testers" },
          { value: "header", label: "A header" },
          { value: "cookie", label: "A cookie" },
        ]}
        onChange={(value) => void set({ testers: value })}
      />
      {testers === "none" ? null : (
        <div className="qd-field-row mt-3">
          <TextField
            label={testers === "header" ? "Name of the header" : "Name of the cookie"}
            mono
            value={testersName}
            error={testersName === "" ? "is missing" : problem(field)}
            onChange={({ target }) => void set({ testersName: target.value })}
          />
          <TextField
            label="Its value, exactly"
            mono
            value={testersValue}
            onChange={({ target }) => void set({ testersValue: target.value })}
          />
          <Checkbox
            label="Nobody else gets it: the steps divide these requests alone"
            checked={testersOnly}
            onChange={(only) => void set({ testersOnly: only })}
          />
        </div>
      )}
    </Panel>
  );
}
