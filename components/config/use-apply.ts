"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { DraftState } from "./use-draft";

/** Writes the draft. What the server answers is in `data`; the draft goes only when it is stored. */
export function useApply({
  draft,
  target,
  namespace,
  resourceVersion,
}: {
  draft: DraftState;
  target: ObjectRef | null;
  namespace: string;
  resourceVersion: string | null;
}) {
  const trpc = useTRPC();
  const cache = useQueryClient();
  const router = useRouter();
  const scoped = useScopedHref();
  const mutation = useMutation(
    trpc.config.write.mutationOptions({
      onSuccess: async (result, { text }) => {
        if (result.type === "conflict") {
          await cache.invalidateQueries(trpc.config.get.pathFilter());
          return;
        }
        if (result.type !== "applied") return;
        const { ref, text: storedText, resourceVersion: version } = result;
        cache.setQueryData(trpc.config.get.queryKey(ref), (known) =>
          known ? { ...known, text: storedText, resourceVersion: version } : known,
        );
        // Typed while the write was under way: that text is a draft of the new version.
        if (draft.text !== text)
          draft.rebase(draft.text, { text: storedText, resourceVersion: version });
        else draft.discard();
        await cache.invalidateQueries(trpc.config.get.queryFilter(ref));
        if (result.created) router.replace(scoped(objectHref(ref)));
      },
    }),
  );
  return {
    result: mutation.data,
    error: mutation.error,
    pending: mutation.isPending,
    apply: (override?: string) =>
      mutation.mutate({
        text: draft.text,
        target,
        namespace,
        resourceVersion,
        ...(override !== undefined && { override }),
      }),
  };
}

/** The write of a draft and how it went. */
export type Apply = ReturnType<typeof useApply>;
