"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DiffView } from "@/components/ui/diff-view";
import { ErrorState } from "@/components/ui/error-state";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { STORE_WORDS } from "./state-words";
import { type RolloutStorage, useStorage } from "./use-rollouts";

/** Where rollouts of a namespace are kept, why not somewhere better, and the way to better that. */
export function StorageNote({ namespace }: { namespace: string }) {
  const { data, error } = useStorage(namespace);
  const [isOpen, setOpen] = useState(false);
  if (error && !data)
    return <ErrorState error={error} title="Where rollouts are kept is unknown" />;
  if (!data || data.choice.store === "customResource") return null;
  const { choice, definition } = data;
  const offers = definition.state === "absent" || definition.state === "differs";
  return (
    <>
      <VerdictBlock
        status={choice.store === "manual" ? "warn" : "info"}
        title={
          choice.store === "manual"
            ? `Nothing in ${namespace} can hold a rollout: each step is written by hand`
            : `Rollouts of ${namespace} are kept in ${STORE_WORDS[choice.store]}`
        }
        action={
          offers ? (
            <Button size="small" onClick={() => setOpen(true)}>
              {definition.state === "absent" ? "Install CanaryRollout" : "Update CanaryRollout"}
            </Button>
          ) : undefined
        }
      >
        {choice.refused.map(({ store, why }) => (
          <p key={store}>
            Not in {STORE_WORDS[store]}: {why}.
          </p>
        ))}
      </VerdictBlock>
      {isOpen ? <InstallDialog storage={data} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function InstallDialog({ storage, onClose }: { storage: RolloutStorage; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { definition, readOnly } = storage;
  const install = useMutation(
    trpc.rollouts.installDefinition.mutationOptions({
      async onSuccess() {
        await queries.invalidateQueries({ queryKey: trpc.rollouts.storage.queryKey() });
        onClose();
      },
    }),
  );
  const { verdict, mayInstall, why } = definition;
  const refused = verdict?.type === "refused" ? verdict.message : undefined;
  const disabledReason = readOnly
    ? "Read-only: nothing is written"
    : mayInstall
      ? refused
      : (why ?? "This identity may not write CustomResourceDefinitions");
  return (
    <Dialog
      open
      size="wide"
      onClose={onClose}
      title="Install the CustomResourceDefinition of rollouts?"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            pending={install.isPending}
            disabledReason={disabledReason}
            onClick={() => install.mutate()}
          >
            Install canaryrollouts.quarterdeck.dev
          </Button>
        </>
      }
    >
      <p>
        Rollouts that run move there within a minute, at the step where they are. kubectl can then
        list, apply and delete them.
      </p>
      {verdict?.type === "accepted" ? (
        <VerdictBlock status="ok" title="Server accepts it">
          It was sent as a dry run; nothing was stored.
        </VerdictBlock>
      ) : (
        <VerdictBlock status="fail" title="It cannot be installed from here">
          {disabledReason ?? "The server was not asked"}
        </VerdictBlock>
      )}
      {install.error ? <ErrorState error={install.error} title="It was not installed" /> : null}
      <DiffView
        before={definition.texts.live}
        after={definition.texts.draft}
        label="The definition"
        context={2}
      />
    </Dialog>
  );
}
