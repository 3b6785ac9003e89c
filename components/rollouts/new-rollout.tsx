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
import { parseRollout } from "@/lib/rollout/plan";
import { PlanStep } from "./plan-step";
import { PreviewStep } from "./preview-step";
import { type Choice, choose, draftRollout, suggestedName } from "./rollout-draft";
import { type Draft, useDraft } from "./use-draft";
import type { Candidates } from "./use-rollouts";
import { VersionsStep } from "./versions-step";

const STEPS = [
  ["versions", "Versions"],
  ["plan", "Plan"],
  ["preview", "Preview"],
] as const;

/** The wizard of a canary: which versions, which plan, and every write before the first is made. */
export function NewRollout() {
  const trpc = useTRPC();
  const live = ["rollouts", "mesh:VirtualService", "mesh:DestinationRule", "mesh:Pod"] as const;
  const { data, error, refetch } = useQuery(
    trpc.rollouts.candidates.queryOptions(undefined, { meta: { live } }),
  );
  const draft = useDraft();
  const scoped = useScopedHref();
  const choice = choose(data?.services ?? [], draft.values);
  const { candidate, stable, canary } = choice;

  return (
    <>
      <PageHeader
        title={
          candidate && stable && canary ? (
            <>
              New canary: {candidate.service}{" "}
              <span className="font-mono text-lg">{`${stable.subset} → ${canary.subset}`}</span>
            </>
          ) : (
            "New canary"
          )
        }
        lead="nothing is written before the start"
        actions={<ButtonLink href={scoped("/rollouts")}>All rollouts</ButtonLink>}
      />
      <WizardSteps draft={draft} ready={stable !== undefined && canary !== undefined} />
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton label="Versions are being looked for" rows={6} />
      ) : data.services.length === 0 && data.ready ? (
        <EmptyState title="No service has two versions">
          Deploy the new version beside the old one, with a label of its own such as version: v2,
          and name both as subsets of a DestinationRule.
        </EmptyState>
      ) : (
        <Body draft={draft} choice={choice} candidates={data} />
      )}
    </>
  );
}

function WizardSteps({ draft, ready }: { draft: Draft; ready: boolean }) {
  const current = STEPS.findIndex(([key]) => key === draft.values.at);
  return (
    <ol className="qd-wizard-steps" aria-label="Steps of the wizard">
      {STEPS.map(([key, word], index) => (
        <li key={key} aria-current={index === current ? "step" : undefined}>
          <StatusGlyph status={index < current ? "ok" : index === current ? "progress" : "off"} />
          {index === current ? (
            <b>{word}</b>
          ) : index < current || ready ? (
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

function Body({
  draft,
  choice,
  candidates,
}: {
  draft: Draft;
  choice: Choice;
  candidates: Candidates;
}) {
  const name = draft.values.name ?? suggestedName(choice);
  const document = draftRollout(choice, draft.plan, { name, ...draft.choices });
  if (draft.values.at === "versions" || !document) {
    return <VersionsStep draft={draft} choice={choice} services={candidates.services} />;
  }
  const parsed = parseRollout(document);
  const problems = "problems" in parsed ? parsed.problems : [];
  if (draft.values.at === "plan" || problems.length > 0) {
    return (
      <PlanStep draft={draft} choice={choice} name={name} document={document} problems={problems} />
    );
  }
  return (
    <PreviewStep draft={draft} choice={choice} document={document} readOnly={candidates.readOnly} />
  );
}
