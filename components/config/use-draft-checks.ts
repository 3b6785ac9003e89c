"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import type { ObjectRef } from "@/lib/istio/kinds";
import { useDebounced } from "@/components/ui/use-debounced";
import { usePaced } from "@/components/ui/use-paced";

/** Between two analyses while keys are pressed; the first key after a pause is analysed at once. */
const ANALYSE_EVERY_MS = 100;
/** Between the last keystroke and asking the cluster. */
const DRY_RUN_AFTER_MS = 600;

/** What is asked about a text. */
export interface CheckedDraft {
  readonly text: string;
  readonly target: ObjectRef | null;
  readonly namespace: string;
  readonly resourceVersion: string | null;
  /** Whether the text differs from what is stored. */
  readonly dirty: boolean;
}

/**
 * Findings and the server's verdict on a text, asked as it rests. Both say which text they are of,
 * so that nothing old is taken for new.
 */
export function useDraftChecks({ text, target, namespace, resourceVersion, dirty }: CheckedDraft) {
  const trpc = useTRPC();
  const analysedText = usePaced(text, ANALYSE_EVERY_MS);
  const analysis = useQuery(
    trpc.config.analyze.queryOptions(
      { text: analysedText, target, namespace },
      {
        select: (report) => ({ report, text: analysedText }),
        placeholderData: keepPreviousData,
        gcTime: 10_000,
        meta: { live: ["mesh"] },
      },
    ),
  );
  const fresh = analysis.data?.text === text && !analysis.isPlaceholderData;
  const report = analysis.data?.report;
  const blocked =
    !fresh ||
    report?.unsendable !== undefined ||
    report?.findings.some(({ level }) => level === "Error");
  const restedText = useDebounced(text, DRY_RUN_AFTER_MS);
  const dryRun = useQuery(
    trpc.config.dryRun.queryOptions(
      { text: restedText, target, namespace, resourceVersion },
      {
        enabled: dirty && !blocked && restedText === text,
        gcTime: 10_000,
        staleTime: 30_000,
        retry: false,
      },
    ),
  );
  return { analysis, fresh, report, analysedText: analysis.data?.text ?? "", dryRun };
}

/** The findings and the verdict of one text. */
export type DraftChecks = ReturnType<typeof useDraftChecks>;
