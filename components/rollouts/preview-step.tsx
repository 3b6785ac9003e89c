"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { DiffView } from "@/components/ui/diff-view";
import { ErrorState } from "@/components/ui/error-state";
import { formatDuration } from "@/components/ui/format";
import { KeyValues } from "@/components/ui/key-values";
import { KindTag } from "@/components/ui/kind-tag";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { CanaryRolloutInput } from "@/lib/rollout/plan";
import { ManualSteps } from "./manual-steps";
import { OutlookFacts } from "./outlook-facts";
import { OwnerNote } from "./owner-note";
import { PatchesView } from "./patches-view";
import type { Choice } from "./rollout-draft";
import { percent, rolloutHref } from "./state-words";
import { StorageNote } from "./storage-note";
import type { Draft } from "./use-draft";
import { type RolloutPreview, useDryRuns, useStorage } from "./use-rollouts";

const FINDING_STATUS = { error: "fail", warning: "warn", info: "info" } as const;

/** Every write that will be made, what the server says of the first, and the start. */
export function PreviewStep({
  draft,
  choice,
  document,
  readOnly,
}: {
  draft: Draft;
  choice: Choice;
  document: CanaryRolloutInput;
  readOnly: boolean;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const scoped = useScopedHref();
  const input = { rollout: { ...document } };
  const live = ["rollouts", "mesh:VirtualService", "mesh:DestinationRule", "mesh:Pod"] as const;
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

  const service = choice.candidate?.service ?? "";
  const canary = choice.canary?.subset ?? "";
  const share = data.plan?.steps[0]?.share ?? 0;
  const { virtualService = "" } = document.spec.target;
  const isManual = storage.data?.choice.store === "manual";
  const refusedAt = dryRuns.data?.steps.findIndex(({ verdict }) => verdict === "refused") ?? -1;
  const disabledReason = readOnly
    ? "Read-only: nothing is written"
    : !data.startable
      ? "What stands above is in the way"
      : refusedAt >= 0
        ? `The server refuses patch ${refusedAt + 1}`
        : undefined;
  const names = { stable: choice.stable?.subset ?? "stable", canary: canary || "canary" };
  return (
    <>
      <div className={data.plan ? "qd-preview-columns" : "max-w-2xl"}>
        {data.plan ? (
          <div className="min-w-0">
            <PatchesView
              plan={data.plan}
              verdicts={dryRuns.data?.steps}
              chosen={draft.values.write}
              onChoose={(write) => void draft.set({ write })}
              target={{ namespace: document.metadata.namespace, name: virtualService }}
            />
          </div>
        ) : null}
        {data.texts ? (
          <div className="min-w-0">
            <Panel
              title="Draft to live"
              aside={
                <>
                  <KindTag tag="VS" kind="VirtualService" /> {document.metadata.namespace}/
                  {virtualService}
                </>
              }
            >
              <DiffView
                before={data.texts.live}
                after={data.texts.draft}
                label="Difference of the first patch"
                context={2}
              />
            </Panel>
          </div>
        ) : null}
        <div className="min-w-0">
          <Panel title="Before the start">
            <Verdict preview={data} />
            <Facts preview={data} choice={choice} share={share} />
            {dryRuns.data ? <OwnerNote {...dryRuns.data} /> : null}
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
                Start canary: send {percent(share)} to {service} {canary}
              </Button>
              <Button onClick={() => void draft.go("plan")}>Back</Button>
            </div>
          </Panel>
          {isManual ? (
            <ManualSteps
              document={document}
              preview={data}
              canary={canary}
              disabledReason={disabledReason}
            />
          ) : null}
          <OutlookFacts document={document} names={names} />
          <StorageNote namespace={document.metadata.namespace} />
        </div>
      </div>
    </>
  );
}

function Verdict({ preview: { verdict, findings } }: { preview: RolloutPreview }) {
  const errors = findings.filter(({ level }) => level === "error").length;
  return (
    <>
      {verdict.type === "accepted" ? (
        <VerdictBlock status="ok" title="Server accepts it">
          The first patch was sent as a dry run; nothing was stored.
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
  preview: { pods, duration, plan },
  choice,
  share,
}: {
  preview: RolloutPreview;
  choice: Choice;
  share: number;
}) {
  const after = plan?.steps[0]?.after.map(({ label, weight }) => `${label} ${weight}`).join(", ");
  return (
    <div className="mt-3">
      <KeyValues
        entries={[
          ["At first", after ? `${percent(share)}: ${after}` : undefined],
          [
            "Ready pods",
            `${choice.stable?.subset ?? "stable"} ${pods.stable.ready} of ${pods.stable.total}, ` +
              `${choice.canary?.subset ?? "canary"} ${pods.canary.ready} of ${pods.canary.total}`,
          ],
          ["Lasts", `at least ${formatDuration(duration)}`],
          ["Writes", plan ? `${plan.steps.length}, each a patch of weights only` : undefined],
          ["Undo", plan ? "one patch back to the weights of now" : undefined],
        ]}
      />
    </div>
  );
}
