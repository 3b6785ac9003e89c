"use client";

import { useQuery } from "@tanstack/react-query";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { namesOf, PlanStep } from "./plan-step";
import { PreviewStep } from "./preview-step";
import { type Draft, useDraft } from "./use-draft";
import { type Candidates, WRITTEN } from "./use-rollouts";
import { VersionsStep } from "./versions-step";

const STEPS = [
  ["versions", "Versions"],
  ["plan", "Plan"],
  ["preview", "Preview"],
] as const;

const LIVE = ["rollouts", "mesh:Service", "mesh:ServiceEntry", ...WRITTEN] as const;

/** The wizard of a canary: which versions, which plan, and every write before the first is made. */
export function NewRollout() {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.rollouts.candidates.queryOptions(undefined, { meta: { live: LIVE } }),
  );
  const draft = useDraft(data?.services ?? []);
  const scoped = useScopedHref();
  const service = draft.choice.candidate?.service ?? draft.rollout?.spec.target.host;
  const names = namesOf(draft);

  return (
    <>
      <PageHeader
        title={
          service && draft.hasTarget ? (
            <>
              New canary: {service}{" "}
              <span className="font-mono text-lg">{`${names.stable} → ${names.canary}`}</span>
            </>
          ) : (
            "New canary"
          )
        }
        lead="nothing is written before the start"
        actions={<ButtonLink href={scoped("/rollouts")}>All rollouts</ButtonLink>}
      />
      <WizardSteps draft={draft} />
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data || (!data.ready && data.services.length === 0) ? (
        <Skeleton label="Versions are being looked for" rows={6} />
      ) : data.services.length === 0 && !draft.hasTarget ? (
        <EmptyState title="No service has traffic to shift">
          Deploy the new version beside the old one, with a label of its own such as version: v2,
          and send the service’s requests through a VirtualService or an HTTPRoute.
        </EmptyState>
      ) : (
        <Body draft={draft} candidates={data} />
      )}
    </>
  );
}

function WizardSteps({ draft }: { draft: Draft }) {
  const current = STEPS.findIndex(([key]) => key === draft.values.at);
  return (
    <ol className="qd-wizard-steps" aria-label="Steps of the wizard">
      {STEPS.map(([key, word], index) => (
        <li key={key} aria-current={index === current ? "step" : undefined}>
          <StatusGlyph status={index < current ? "ok" : index === current ? "progress" : "off"} />
          {index === current ? (
            <b>{word}</b>
          ) : index < current || draft.hasTarget ? (
            <Button variant="quiet" size="small" onClick={() => void draft.go(key)}>
              {word}
            </Button>
          ) : (
            word
          )}
        </li>
      ))}
    </ol>
  );
}

function Body({ draft, candidates }: { draft: Draft; candidates: Candidates }) {
  const { at, as } = draft.values;
  // A document may lack anything while it is being written.
  const isWriting = at === "plan" && as === "yaml";
  if (at === "versions" || (!draft.hasTarget && !isWriting)) {
    return <VersionsStep draft={draft} services={candidates.services} hosts={candidates.hosts} />;
  }
  if (at === "plan" || draft.problems.length > 0) return <PlanStep draft={draft} />;
  return <PreviewStep draft={draft} readOnly={candidates.readOnly} />;
}
