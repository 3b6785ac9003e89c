"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { isRecord } from "@/lib/k8s/json-value";
import { CheckAt, LabelsAt, NumberAt, TextAt } from "./plan-fields";
import type { PlanForm } from "./plan-form";

const AUDIENCES = {
  all: "Anyone, by chance",
  users: "Each user stays with one version",
  header: "Testers with a header",
  cookie: "Testers with a cookie",
  source: "Requests from chosen pods",
} as const;
type Audience = keyof typeof AUDIENCES;

const SUGGESTED: Readonly<Record<Audience, { readonly [field: string]: unknown }>> = {
  all: {},
  users: { sticky: {} },
  header: { testers: { headers: { "x-canary": { exact: "true" } } } },
  cookie: { testers: { cookie: { name: "canary", value: "true" } } },
  source: { testers: { sourceLabels: { app: "productpage" } } },
};

function audienceOf(form: PlanForm): Audience {
  if (form.at(["sticky"]) !== undefined) return "users";
  if (form.at(["testers", "cookie"]) !== undefined) return "cookie";
  if (form.at(["testers", "sourceLabels"]) !== undefined) return "source";
  return form.at(["testers"]) === undefined ? "all" : "header";
}

/** Whose requests the canary gets: by chance, user by user, or those of people who try it out. */
export function AudiencePanel({ form, canary }: { form: PlanForm; canary: string }) {
  const audience = audienceOf(form);
  const problem = form.problem(["testers"]) ?? form.problem(["sticky"]);
  return (
    <Panel title="Who gets it" note={`whose requests go to ${canary}`}>
      <Segmented
        label="Who gets it"
        value={audience}
        options={Object.entries(AUDIENCES).map(([value, label]) => ({
          value: value as Audience,
          label,
        }))}
        onChange={(value) => {
          const { testers: _, sticky: __, ...rest } = form.spec;
          form.replace({ ...rest, ...SUGGESTED[value] });
        }}
      />
      <div className="mt-3">
        {audience === "all" ? (
          <p className="qd-note">
            Each request is drawn by itself, so that a user meets both versions by turns.
          </p>
        ) : audience === "users" ? (
          <StickyFields form={form} canary={canary} />
        ) : (
          <TestersFields form={form} canary={canary} by={audience} />
        )}
      </div>
      {problem ? <p className="text-xs text-fail-text">{problem}</p> : null}
    </Panel>
  );
}

function StickyFields({ form, canary }: { form: PlanForm; canary: string }) {
  return (
    <>
      <div className="qd-field-row">
        <TextAt
          form={form}
          path={["sticky", "cookie"]}
          label="Cookie that remembers it"
          placeholder="mesh-canary"
        />
        <NumberAt form={form} path={["sticky", "maxAge"]} label="For, s" placeholder={86_400} />
      </div>
      <p className="qd-note">
        Whoever has met {canary} stays with it while it runs. Each step moves as many users as its
        share says, and nobody back. Clients that keep no cookies are drawn anew each time.
      </p>
    </>
  );
}

function TestersFields({
  form,
  canary,
  by,
}: {
  form: PlanForm;
  canary: string;
  by: "header" | "cookie" | "source";
}) {
  return (
    <>
      {by === "header" ? (
        <HeadersEditor form={form} />
      ) : by === "source" ? (
        <div className="qd-field-row">
          <LabelsAt
            form={form}
            path={["testers", "sourceLabels"]}
            label="Labels of the pods that ask"
          />
        </div>
      ) : (
        <div className="qd-field-row">
          <TextAt
            form={form}
            path={["testers", "cookie", "name"]}
            label="Name of the cookie"
            required
          />
          <TextAt form={form} path={["testers", "cookie", "value"]} label="Its value" required />
        </div>
      )}
      <div className="qd-field-row">
        {form.at(["testers", "only"]) === true ? null : (
          <NumberAt
            form={form}
            path={["testers", "share"]}
            label="Of their requests, %"
            placeholder={100}
            hint="The others of them stay with the stable version"
          />
        )}
        <CheckAt
          form={form}
          path={["testers", "only"]}
          label={`Nobody else gets ${canary}: the steps divide these requests alone`}
        />
      </div>
    </>
  );
}

const MATCHES = { exact: "is", prefix: "begins with", regex: "matches" } as const;
type Match = keyof typeof MATCHES;

interface HeaderRow {
  readonly name: string;
  readonly match: Match;
  readonly value: string;
}

function rowsOf(headers: unknown): readonly HeaderRow[] {
  if (!isRecord(headers)) return [];
  return Object.entries(headers).map(([name, match]) => {
    const [how, value] = Object.entries(isRecord(match) ? match : {})[0] ?? ["exact", ""];
    return { name, match: how in MATCHES ? (how as Match) : "exact", value: String(value) };
  });
}

const written = (rows: readonly HeaderRow[]) =>
  Object.fromEntries(rows.map(({ name, match, value }) => [name, { [match]: value }]));

/** All of the headers must match. */
function HeadersEditor({ form }: { form: PlanForm }) {
  const path = ["testers", "headers"];
  const rows = rowsOf(form.at(path));
  const change = (next: readonly HeaderRow[]) => form.set(path, written(next));
  return (
    <>
      <ol className="qd-plan-steps" aria-label="Headers of testers">
        {rows.map((row, index) => (
          <li key={index}>
            <TextField
              label={`Header ${index + 1}`}
              mono
              value={row.name}
              error={row.name === "" ? "is missing" : undefined}
              onChange={({ target }) => {
                const isTaken = rows.some(({ name }, at) => at !== index && name === target.value);
                if (!isTaken) change(rows.with(index, { ...row, name: target.value }));
              }}
            />
            <Field label="How">
              {(control) => (
                <Select
                  {...control}
                  value={row.match}
                  options={Object.entries(MATCHES).map(([value, label]) => ({
                    value: value as Match,
                    label,
                  }))}
                  onChange={(match) => change(rows.with(index, { ...row, match }))}
                />
              )}
            </Field>
            <TextField
              label="Value"
              mono
              value={row.value}
              error={form.problem([...path, row.name])}
              onChange={({ target }) => change(rows.with(index, { ...row, value: target.value }))}
            />
            {rows.length > 1 ? (
              <IconButton
                label={`Remove header ${index + 1}`}
                icon={<Icon of={Trash2} />}
                onClick={() => change(rows.toSpliced(index, 1))}
              />
            ) : null}
          </li>
        ))}
      </ol>
      <Button
        variant="quiet"
        icon={<Icon of={Plus} />}
        onClick={() =>
          change([...rows, { name: `x-canary-${rows.length + 1}`, match: "exact", value: "true" }])
        }
      >
        Add a header
      </Button>
    </>
  );
}
