"use client";

import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { Status } from "@/components/ui/status";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { Candidate, CandidateRoute, CandidateVersion } from "@/lib/rollout/candidates";
import { candidateKey, versionKey, weightOf } from "./choice";
import { NumberAt, TextAt } from "./plan-fields";
import type { PlanForm } from "./plan-form";
import { percent } from "./state-words";
import { TargetsField } from "./targets-field";
import type { Draft } from "./use-draft";

const NONE = "";

/** Which service, where its traffic is divided, and between which two. */
export function VersionsStep({
  draft,
  services,
  hosts,
}: {
  draft: Draft;
  services: readonly Candidate[];
  hosts: readonly string[];
}) {
  const { choice, set } = draft;
  const { candidate } = choice;
  return (
    <Panel title="Versions" note="found from pods, labels, subsets and routes">
      <div className="qd-field-row">
        <Field label="Service">
          {(control) => (
            <Select
              {...control}
              value={candidate ? candidateKey(candidate) : NONE}
              options={[
                ...(candidate ? [] : [{ value: NONE, label: "Choose a service" }]),
                ...services.map((each) => ({
                  value: candidateKey(each),
                  label: `${candidateKey(each)}, ${each.versions.length === 1 ? "1 version" : `${each.versions.length} versions`}`,
                })),
              ]}
              onChange={(service) =>
                void set({
                  service,
                  ...{ route: null, stable: null, canary: null, name: null, plan: null },
                })
              }
            />
          )}
        </Field>
      </div>
      {candidate ? <Sides draft={draft} candidate={candidate} hosts={hosts} /> : null}
    </Panel>
  );
}

function Sides({
  draft,
  candidate,
  hosts,
}: {
  draft: Draft;
  candidate: Candidate;
  hosts: readonly string[];
}) {
  const { form } = draft;
  const { route, stable, canary } = draft.choice;
  if (!route) {
    return (
      <VerdictBlock status="warn" title={`No route leads to ${candidate.service}`}>
        A canary changes the weights of a route. Create a VirtualService for {candidate.host} that
        sends everything to its stable subset, then come back.
      </VerdictBlock>
    );
  }
  const isHost = form.at(["canary", "host"]) !== undefined;
  const canContinue = isHost || (stable !== undefined && canary !== undefined);
  const name = isHost ? form.text(["canary", "host"]) : canary ? versionKey(canary) : "";
  return (
    <>
      <div className="mb-3">
        <Segmented
          label="Traffic moves"
          value={isHost ? "host" : "subset"}
          options={[
            { value: "subset", label: "To another version of the service" },
            { value: "host", label: "To another host or cluster" },
          ]}
          onChange={(to) =>
            to === "host" ? form.set(["canary"], { host: "" }) : void draft.set({ plan: {} })
          }
        />
      </div>
      <div className="qd-field-row">
        <StableField draft={draft} candidate={candidate} />
        {isHost ? (
          <HostFields form={form} hosts={hosts} />
        ) : (
          <CanaryField draft={draft} candidate={candidate} />
        )}
      </div>
      {!isHost && (!stable || !canary) ? (
        <VerdictBlock status="warn" title={`${candidate.service} has one version`}>
          Deploy the new version beside the old one, with a label of its own such as version: v2; or
          move the traffic to another host.
        </VerdictBlock>
      ) : (
        <VersionsTable draft={draft} route={route} candidate={candidate} isHost={isHost} />
      )}
      <TargetsField draft={draft} candidate={candidate} />
      <p className="qd-note mt-2">Weights of the chosen routes are changed, and nothing else.</p>
      {canContinue ? (
        <div className="mt-3">
          <Button variant="primary" onClick={() => void draft.go("plan")}>
            Plan {isHost ? `the move to ${name || "the host"}` : `${candidate.service} ${name}`}
          </Button>
        </div>
      ) : null}
    </>
  );
}

const optionOf = (version: CandidateVersion) => ({
  value: versionKey(version),
  label: `${versionKey(version)}${version.subset === undefined ? ", no subset yet" : ""}`,
});

const nameable = ({ versions }: Candidate) =>
  versions.filter(({ subset, labels }) => subset !== undefined || labels !== undefined);

function StableField({ draft, candidate }: { draft: Draft; candidate: Candidate }) {
  const { stable, canary } = draft.choice;
  if (!stable) return null;
  return (
    <Field label="Stable version">
      {(control) => (
        <Select
          {...control}
          value={versionKey(stable)}
          options={nameable(candidate).map(optionOf)}
          onChange={(key) => {
            const swaps = canary && key === versionKey(canary);
            void draft.set({
              stable: key,
              name: null,
              canary: swaps || !canary ? null : versionKey(canary),
            });
          }}
        />
      )}
    </Field>
  );
}

function CanaryField({ draft, candidate }: { draft: Draft; candidate: Candidate }) {
  const { stable, canary } = draft.choice;
  if (!canary) return null;
  return (
    <Field
      label="New version"
      hint={canary.subset === undefined ? "Its subset is added to the DestinationRule" : undefined}
    >
      {(control) => (
        <Select
          {...control}
          value={versionKey(canary)}
          options={nameable(candidate)
            .filter((version) => version !== stable)
            .map(optionOf)}
          onChange={(key) => void draft.set({ canary: key, name: null })}
        />
      )}
    </Field>
  );
}

/** Another Service, a ServiceEntry, or the same service in another cluster. */
function HostFields({ form, hosts }: { form: PlanForm; hosts: readonly string[] }) {
  return (
    <>
      <TextAt
        form={form}
        path={["canary", "host"]}
        label="New host"
        hint="A Service, or a host of a ServiceEntry such as another cluster’s"
        list="qd-known-hosts"
        required
      />
      <datalist id="qd-known-hosts">
        {hosts.map((host) => (
          <option key={host} value={host} />
        ))}
      </datalist>
      <TextAt form={form} path={["canary", "subset"]} label="Subset of it, if any" />
      <NumberAt form={form} path={["canary", "port"]} label="Port, where it differs" />
    </>
  );
}

function VersionsTable({
  draft,
  route,
  candidate,
  isHost,
}: {
  draft: Draft;
  route: CandidateRoute;
  candidate: Candidate;
  isHost: boolean;
}) {
  const { stable, canary } = draft.choice;
  const columns: readonly Column<CandidateVersion>[] = [
    {
      key: "version",
      header: "Version",
      cell: (version) => <span className="font-mono">{versionKey(version)}</span>,
    },
    {
      key: "role",
      header: "In this rollout",
      cell: (version) =>
        version === stable ? (
          "stable"
        ) : version === canary && !isHost ? (
          <Status status="progress" label="canary" />
        ) : version.subset === undefined ? (
          <span className="text-ink-3">no subset names it</span>
        ) : (
          <span className="text-ink-3">takes no part</span>
        ),
    },
    {
      key: "weight",
      header: "Weight now",
      numeric: true,
      cell: (version) => percent(weightOf(route, version)),
    },
    {
      key: "pods",
      header: "Ready pods",
      numeric: true,
      cell: ({ pods }) =>
        pods.ready > 0 ? (
          `${pods.ready} of ${pods.total}`
        ) : (
          <Status status="fail" label={`${pods.ready} of ${pods.total}`} />
        ),
    },
  ];
  return (
    <DataTable
      label={`Versions of ${candidate.service}`}
      columns={columns}
      rows={candidate.versions}
      rowKey={({ subset, revision }) => `${subset ?? ""} ${revision}`}
    />
  );
}
