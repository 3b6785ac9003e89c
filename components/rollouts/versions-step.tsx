"use client";

import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import { Status } from "@/components/ui/status";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { Candidate, CandidateVersion } from "@/lib/rollout/candidates";
import { candidateKey, type Choice, namedVersions, routeKey, weightOf } from "./rollout-draft";
import { percent } from "./state-words";
import type { Draft } from "./use-draft";

const NONE = "";

/** Which service, which of its routes, and which two of its versions. */
export function VersionsStep({
  draft,
  choice,
  services,
}: {
  draft: Draft;
  choice: Choice;
  services: readonly Candidate[];
}) {
  const { candidate, route, stable, canary } = choice;
  const { set } = draft;
  const versions = candidate ? namedVersions(candidate) : [];
  const subsets = (except?: CandidateVersion) =>
    versions.flatMap(({ subset }) =>
      subset === undefined || subset === except?.subset ? [] : [{ value: subset, label: subset }],
    );
  return (
    <Panel title="Versions" note="found from pods, labels and DestinationRule subsets">
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
                  label: `${candidateKey(each)}, ${each.versions.length} versions`,
                })),
              ]}
              onChange={(service) =>
                void set({ service, route: null, stable: null, canary: null, name: null })
              }
            />
          )}
        </Field>
        {candidate && candidate.routes.length > 1 && route ? (
          <Field label="Route">
            {(control) => (
              <Select
                {...control}
                value={routeKey(route)}
                options={candidate.routes.map((each) => ({
                  value: routeKey(each),
                  label: `${routeKey(each)}${each.matches ? ", some requests" : ", all requests"}`,
                }))}
                onChange={(key) => void set({ route: key, stable: null, canary: null })}
              />
            )}
          </Field>
        ) : null}
        {stable?.subset !== undefined && canary?.subset !== undefined ? (
          <>
            <Field label="Stable version">
              {(control) => (
                <Select
                  {...control}
                  value={stable.subset ?? NONE}
                  options={subsets()}
                  onChange={(subset) =>
                    void set({
                      stable: subset,
                      name: null,
                      canary: subset === canary.subset ? null : (canary.subset ?? null),
                    })
                  }
                />
              )}
            </Field>
            <Field label="New version">
              {(control) => (
                <Select
                  {...control}
                  value={canary.subset ?? NONE}
                  options={subsets(stable)}
                  onChange={(subset) => void set({ canary: subset, name: null })}
                />
              )}
            </Field>
          </>
        ) : null}
      </div>
      {candidate ? (
        <Facts choice={choice} candidate={candidate} onContinue={() => void draft.go("plan")} />
      ) : null}
    </Panel>
  );
}

function Facts({
  choice,
  candidate,
  onContinue,
}: {
  choice: Choice;
  candidate: Candidate;
  onContinue: () => void;
}) {
  const { route, stable, canary } = choice;
  if (!route) {
    return (
      <VerdictBlock status="warn" title={`No VirtualService routes to ${candidate.service}`}>
        A canary changes the weights of a route. Create a VirtualService for {candidate.host} that
        sends everything to its stable subset, then come back.
      </VerdictBlock>
    );
  }
  if (!stable || !canary) {
    return (
      <VerdictBlock status="warn" title={`${candidate.service} has fewer than two subsets`}>
        Pods of {candidate.versions.length} versions run, but a route can name a version only by a
        subset of a DestinationRule. Add the missing subset, then come back.
      </VerdictBlock>
    );
  }
  const columns: readonly Column<CandidateVersion>[] = [
    {
      key: "version",
      header: "Version",
      cell: ({ subset, revision }) => <span className="font-mono">{subset ?? revision}</span>,
    },
    {
      key: "role",
      header: "In this rollout",
      cell: (version) =>
        version === stable ? (
          "stable"
        ) : version === canary ? (
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
      cell: ({ pods }) => `${pods.ready} of ${pods.total}`,
    },
  ];
  return (
    <>
      <DataTable
        label={`Versions of ${candidate.service}`}
        columns={columns}
        rows={candidate.versions}
        rowKey={({ subset, revision }) => `${subset ?? ""} ${revision}`}
      />
      <p className="qd-note mt-2">
        The weights of {routeKey(route)} are changed, and nothing else of it.
      </p>
      <div className="mt-3">
        <Button variant="primary" onClick={onContinue}>
          Plan {candidate.service} {canary.subset}
        </Button>
      </div>
    </>
  );
}
