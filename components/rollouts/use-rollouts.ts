"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "@/components/trpc/client";
import { toast } from "@/components/ui/toast";
import type { CommandType } from "@/lib/rollout/status";
import type { AppRouter } from "@/server/trpc/root";
import type { DraftRollout } from "./rollout-draft";

type Outputs = inferRouterOutputs<AppRouter>["rollouts"];

/** All rollouts and who drives them. */
export type RolloutsAnswer = Outputs["list"];
/** One line of the list. */
export type RolloutSummary = RolloutsAnswer["rollouts"][number];
/** One rollout beside what the cluster holds. */
export type RolloutDetail = NonNullable<Outputs["get"]>;
/** What both versions do. */
export type GoldenSignals = NonNullable<Outputs["signals"]>;
/** What a wizard can choose from. */
export type Candidates = Outputs["candidates"];
/** A plan held against the last hour. */
export type RolloutOutlook = Outputs["outlook"];
/** What the server says of each step, and who else writes. */
export type StepVerdicts = Outputs["dryRuns"];
/** Who else writes an object of a rollout. */
export type ObjectOwners = StepVerdicts["owners"][number];
/** What the plan's own queries give now. */
export type TriedQueries = Outputs["readings"];
/** Where rollouts are kept. */
export type RolloutStorage = Outputs["storage"];
/** Everything that is shown before a start. */
export type RolloutPreview = Outputs["preview"];

/** The last hour changes little within half a minute. */
const OUTLOOK_FRESH = 30_000;

/** What a plan writes, and the pods that it counts. */
export const WRITTEN = [
  "mesh:VirtualService",
  "mesh:HTTPRoute",
  "mesh:DestinationRule",
  "mesh:Pod",
] as const;

interface Ref {
  readonly namespace: string;
  readonly name: string;
}

/** Keeps the list of rollouts current. */
export function useRollouts() {
  const trpc = useTRPC();
  return useQuery(trpc.rollouts.list.queryOptions(undefined, { meta: { live: ["rollouts"] } }));
}

/** Keeps one rollout current; `data` is null when there is none. */
export function useRollout(ref: Ref) {
  const trpc = useTRPC();
  const live = ["rollouts", "mesh:VirtualService", "mesh:Pod"] as const;
  return useQuery(trpc.rollouts.get.queryOptions(ref, { meta: { live } }));
}

/** Keeps the signals of both versions current while the page is open. */
export function useSignals(ref: Ref) {
  const trpc = useTRPC();
  return useQuery(trpc.rollouts.signals.queryOptions(ref, { meta: { live: ["rollouts"] } }));
}

/** Holds a plan against the last hour; not asked while the plan cannot be read. */
export function useOutlook(document: DraftRollout, enabled = true) {
  const trpc = useTRPC();
  const input = { rollout: { ...document } };
  return useQuery(
    trpc.rollouts.outlook.queryOptions(input, {
      enabled,
      staleTime: OUTLOOK_FRESH,
      placeholderData: keepPreviousData,
    }),
  );
}

/** What speaks against a plan as the mesh stands; not asked while the plan cannot be read. */
export function useFindings(document: DraftRollout, enabled: boolean) {
  const trpc = useTRPC();
  const live = ["rollouts", ...WRITTEN] as const;
  return useQuery(
    trpc.rollouts.findings.queryOptions(
      { rollout: { ...document } },
      { enabled, placeholderData: keepPreviousData, meta: { live } },
    ),
  );
}

/** What the plan's own queries give now. */
export function useReadings(document: DraftRollout, enabled: boolean) {
  const trpc = useTRPC();
  return useQuery(
    trpc.rollouts.readings.queryOptions(
      { rollout: { ...document } },
      { enabled, placeholderData: keepPreviousData },
    ),
  );
}

/** What the server says of the write of each step, in dry runs. */
export function useDryRuns(document: DraftRollout) {
  const trpc = useTRPC();
  const input = { rollout: { ...document } };
  const live = WRITTEN;
  return useQuery(trpc.rollouts.dryRuns.queryOptions(input, { meta: { live } }));
}

/** Where rollouts of a namespace are kept. */
export function useStorage(namespace: string) {
  const trpc = useTRPC();
  const live = ["mesh:CustomResourceDefinition"] as const;
  return useQuery(trpc.rollouts.storage.queryOptions({ namespace }, { meta: { live } }));
}

/** How many proxies hold what istiod sent after a write; not asked before there was one. */
export function usePropagation(writtenAt: number | undefined) {
  const trpc = useTRPC();
  return useQuery(
    trpc.proxies.propagation.queryOptions(
      { since: writtenAt ?? 0 },
      { enabled: writtenAt !== undefined, retry: false, meta: { live: ["proxies"] } },
    ),
  );
}

/** An unguessable id: sent again after a lost answer, it is still one command. */
const commandId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

/** Sends commands to one rollout; what the page cannot show in place becomes a toast. */
export function useRolloutCommand(ref: Ref) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const mutation = useMutation(
    trpc.rollouts.command.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.rollouts.get.queryKey(ref) }),
      onError: (error, { type }) =>
        toast("fail", `${type} was not asked: ${error.message}`, { detail: error.data?.hint }),
    }),
  );
  return {
    pending: mutation.isPending ? mutation.variables.type : undefined,
    send: (type: CommandType, options: { reason?: string; force?: boolean } = {}) => {
      const { reason, force } = options;
      mutation.mutate({
        ref,
        id: commandId(),
        type,
        ...(reason ? { reason } : {}),
        ...(force ? { force } : {}),
      });
    },
  };
}
