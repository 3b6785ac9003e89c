"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import { Tabs } from "@/components/ui/tabs";
import { TextField } from "@/components/ui/text-field";
import { useDebounced } from "@/components/ui/use-debounced";
import { versionLabel } from "@/lib/rollout/plan";
import type { PreflightFinding } from "@/lib/rollout/preflight";
import { AudiencePanel } from "./audience-panel";
import { versionKey } from "./choice";
import { CoursePanel } from "./course-panel";
import { ForecastNote } from "./forecast-note";
import { JudgePanel } from "./judge-panel";
import { OwnChecksPanel } from "./own-checks-panel";
import { PlanYaml } from "./plan-yaml";
import { StepsPanel } from "./steps-panel";
import type { Draft } from "./use-draft";
import { useFindings, useOutlook, useReadings } from "./use-rollouts";

/** How long typing must rest before the plan is held against the mesh and Prometheus. */
const REST_MS = 400;

const FINDING_STATUS = { error: "fail", warning: "warn", info: "info" } as const;

/** How people call both sides of a draft, finished or not. */
export function namesOf({ rollout, choice, document }: Draft): {
  readonly stable: string;
  readonly canary: string;
} {
  if (rollout) {
    return {
      stable: versionLabel(rollout.spec, "stable"),
      canary: versionLabel(rollout.spec, "canary"),
    };
  }
  const { stable, canary } = choice;
  const isOther = canary === undefined || !("subset" in Object(document.spec["canary"]));
  return {
    stable: stable ? versionKey(stable) : "the stable version",
    canary: canary && !isOther ? versionKey(canary) : "the canary",
  };
}

/** The whole plan, as a form or as its document, held against the mesh and the last hour as it is typed. */
export function PlanStep({ draft }: { draft: Draft }) {
  const { document, problems, values, set } = draft;
  const [typed, setTyped] = useState<string>();
  const text = JSON.stringify(document);
  const restedText = useDebounced(text, REST_MS);
  const rested = JSON.parse(restedText) as Draft["document"];
  const isSound = problems.length === 0 && restedText === text;
  const findings = useFindings(rested, isSound).data;
  const faults: readonly PreflightFinding[] = [
    ...problems.map(({ field, message }) => ({
      level: "error" as const,
      code: "Plan",
      field,
      message,
    })),
    ...(problems.length === 0 ? (findings ?? []) : []),
  ];
  const [first] = faults.filter(({ level }) => level === "error");
  return (
    <>
      <Tabs
        label="How the plan is shown"
        items={[
          { value: "form", label: "As a form" },
          { value: "yaml", label: "As YAML" },
        ]}
        value={values.as}
        onChange={(as) => void set({ as })}
      >
        <div className="mt-3">
          {values.as === "yaml" ? (
            <PlanYaml
              document={document}
              findings={faults}
              typed={typed}
              onType={setTyped}
              onWrite={(written) => draft.take(written)}
            />
          ) : (
            <Form draft={draft} rested={rested} isSound={isSound} />
          )}
        </div>
      </Tabs>
      <Panel title="Preflight" note="the plan held against the mesh as it is now">
        {faults.length === 0 ? (
          <p className="mb-3">
            {findings ? (
              <Status status="ok" label="Nothing speaks against it" />
            ) : (
              <Status status="unknown" label="The mesh is being asked" />
            )}
          </p>
        ) : (
          <ul className="qd-findings" aria-label="Preflight findings">
            {faults.map(({ level, code, field, message }) => (
              <li key={`${code} ${field} ${message}`}>
                <Status status={FINDING_STATUS[level]} label={level} />{" "}
                <span className="font-mono text-ink-2">{field}</span> {message}
              </li>
            ))}
          </ul>
        )}
        <div className="flex flex-wrap items-center gap-2">
          <Button
            variant="primary"
            disabledReason={first ? `${first.field}: ${first.message}` : undefined}
            onClick={() => void draft.go("preview")}
          >
            Preview every patch
          </Button>
          <Button onClick={() => void draft.go("versions")}>Back</Button>
        </div>
      </Panel>
    </>
  );
}

function Form({
  draft,
  rested,
  isSound,
}: {
  draft: Draft;
  rested: Draft["document"];
  isSound: boolean;
}) {
  const { form, document, set } = draft;
  const past = useOutlook(rested, isSound).data;
  const hasQueries = form.at(["analysis", "metrics"]) !== undefined;
  const readings = useReadings(rested, isSound && hasQueries).data;
  const { stable, canary } = namesOf(draft);
  return (
    <>
      <StepsPanel draft={draft} canary={canary} />
      {past ? <ForecastNote outlook={past} document={document} /> : null}
      <AudiencePanel form={form} canary={canary} />
      <JudgePanel form={form} canary={canary} stable={stable} past={past} />
      <OwnChecksPanel form={form} readings={readings} />
      <CoursePanel form={form} />
      <Panel title="Name">
        <div className="qd-field-row">
          <TextField
            label="Name of the rollout"
            mono
            value={document.metadata.name}
            error={draft.problems.find(({ field }) => field === "metadata.name")?.message}
            onChange={({ target }) => void set({ name: target.value })}
          />
        </div>
      </Panel>
    </>
  );
}
