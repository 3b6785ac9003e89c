"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { formatCount } from "@/components/ui/format";
import { KeyValues } from "@/components/ui/key-values";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { targetKey } from "@/lib/rollout/targets";
import { ManualSteps } from "./manual-steps";
import { OutlookFacts } from "./outlook-facts";
import { OwnerNote } from "./owner-note";
import { PatchesView } from "./patches-view";
import { namesOf } from "./plan-step";
import { shownPatches } from "./shown-patches";
import { percent, rolloutHref } from "./state-words";
import { StepsForecast } from "./steps-forecast";
import { StorageNote } from "./storage-note";
import type { Draft } from "./use-draft";
import {
  type RolloutPreview,
  type StepVerdicts,
  useDryRuns,
  useStorage,
  WRITTEN,
} from "./use-rollouts";

const FINDING_STATUS = { error: "fail", warning: "warn", info: "info" } as const;

/** Every write that will be made, what the server says of each, and the start. */
export function PreviewStep({ draft, readOnly }: { draft: Draft; readOnly: boolean }) {
  const { document } = draft;
  const trpc = useTRPC();
  const router = useRouter();
  const scoped = useScopedHref();
  const input = { rollout: { ...document } };
  const live = ["rollouts", ...WRITTEN] as const;
  const preview = useQuery(trpc.rollouts.preview.queryOptions(input, { meta: { live } }));
  const start = useMutation(
    trpc.rollouts.start.mutationOptions({
      onSuccess: (ref) => router.push(scoped(rolloutHref(ref))),
    }),
  );
  const dryRuns = useDryRuns(document);
  const storage = useStorage(document.metadata.namespace);
  const { data, error } = preview;
  if (error && !data) return <ErrorState error={error} onRetry={() => void preview.refetch()} />;
  if (!data) return <Skeleton label="The server is being asked" rows={8} />;

  const names = namesOf(draft);
  const service = draft.choice.candidate?.service ?? draft.rollout?.spec.target.host ?? "";
  const share = data.plan?.steps[0]?.share ?? 0;
  const step = Math.min(Math.max(0, draft.values.patch), data.plan?.steps.length ?? 0);
  const isManual = storage.data?.choice.store === "manual";
  const disabledReason = readOnly
    ? "Read-only: nothing is written"
    : !data.startable
      ? "What stands above is in the way"
      : refusalIn(dryRuns.data);
  return (
    <div className={data.plan ? "qd-preview-columns" : "max-w-2xl"}>
      {data.plan ? (
        <div className="min-w-0">
          <PatchesView
            plan={data.plan}
            patches={shownPatches(data, step)}
            verdicts={dryRuns.data?.steps}
            chosen={{ step, object: Math.max(0, draft.values.object) }}
            onChoose={(patch, object) => void draft.set({ patch, object })}
          />
          {dryRuns.error ? (
            <ErrorState
              error={dryRuns.error}
              title="Not every patch could be tried"
              onRetry={() => void dryRuns.refetch()}
            />
          ) : null}
          <StepsForecast document={document} />
        </div>
      ) : null}
      <div className="min-w-0">
        <Panel title="Before the start">
          <Verdict preview={data} />
          <Facts preview={data} names={names} share={share} />
          {dryRuns.data && draft.rollout ? (
            <OwnerNote owners={dryRuns.data.owners} drift={draft.rollout.spec.drift} />
          ) : null}
          {start.error ? (
            <ErrorState error={start.error} title="The canary was not started" />
          ) : null}
          <div className="mt-3 flex flex-wrap items-center gap-2">
            <Button
              variant="primary"
              pending={start.isPending || start.isSuccess}
              disabledReason={
                isManual ? "Nothing can hold the rollout: write by hand below" : disabledReason
              }
              onClick={() => start.mutate(input)}
            >
              Start canary: send {percent(share)} to {service} {names.canary}
            </Button>
            <Button onClick={() => void draft.go("plan")}>Back</Button>
          </div>
        </Panel>
        {isManual ? (
          <ManualSteps
            document={document}
            preview={data}
            canary={names.canary}
            disabledReason={disabledReason}
          />
        ) : null}
        <OutlookFacts document={document} names={names} />
        <StorageNote namespace={document.metadata.namespace} />
      </div>
    </div>
  );
}

/** The first write that the server does not take. */
function refusalIn(dryRuns: StepVerdicts | undefined): string | undefined {
  const at =
    dryRuns?.steps.findIndex(({ objects }) =>
      objects.some(({ verdict }) => verdict === "refused"),
    ) ?? -1;
  if (!dryRuns || at < 0) return undefined;
  const { object } = dryRuns.steps[at]?.objects.find(({ verdict }) => verdict === "refused") ?? {};
  const which = at === dryRuns.steps.length - 1 ? "the rollback" : `step ${at + 1}`;
  return `The server refuses the patch of ${which} of ${object ?? "an object"}`;
}

function Verdict({ preview: { verdict, findings } }: { preview: RolloutPreview }) {
  const errors = findings.filter(({ level }) => level === "error").length;
  return (
    <>
      {verdict.type === "accepted" ? (
        <VerdictBlock status="ok" title="Server accepts it">
          The first step was sent as a dry run; nothing was stored.
          {verdict.warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
          {findings.length === 0 ? " No findings." : null}
        </VerdictBlock>
      ) : verdict.type === "refused" ? (
        <VerdictBlock status="fail" title="Server refuses it">
          <span className="font-mono">{verdict.message}</span>
          {verdict.hint ? <p>{verdict.hint}</p> : null}
        </VerdictBlock>
      ) : (
        <VerdictBlock status={errors > 0 ? "fail" : "unknown"} title="Server was not asked">
          {verdict.why}
        </VerdictBlock>
      )}
      {findings.length > 0 ? (
        <ul className="mt-2 list-none p-0" aria-label="Findings">
          {findings.map(({ code, level, field, message }) => (
            <li key={`${code} ${field}`} className="py-1">
              <Status status={FINDING_STATUS[level]} label={level} /> {message}
              <span className="qd-note block font-mono">{field}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

function Facts({
  preview: { pods, plan },
  names,
  share,
}: {
  preview: RolloutPreview;
  names: { readonly stable: string; readonly canary: string };
  share: number;
}) {
  const after = plan?.steps[0]?.after.map(({ label, weight }) => `${label} ${weight}`).join(", ");
  const writes = plan?.steps.reduce((sum, { patches }) => sum + patches.length, 0) ?? 0;
  const objects = new Set(
    plan?.steps.flatMap(({ patches }) => patches.map(({ target }) => targetKey(target))),
  );
  return (
    <div className="mt-3">
      <KeyValues
        entries={[
          ["At first", after ? `${percent(share)}: ${after}` : undefined],
          [
            "Ready pods",
            `${names.stable} ${pods.stable.ready} of ${pods.stable.total}, ` +
              `${names.canary} ${pods.canary.ready} of ${pods.canary.total}`,
          ],
          ["Writes", plan ? `${writes} to ${formatCount(objects.size, "object")}` : undefined],
          [
            "Undo",
            plan
              ? `${formatCount(plan.undo.length, "patch", "patches")} back to the weights of now`
              : undefined,
          ],
        ]}
      />
    </div>
  );
}
