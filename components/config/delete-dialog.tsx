"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { TextField } from "@/components/ui/text-field";
import { toast } from "@/components/ui/toast";
import { kindInfo, type ObjectRef } from "@/lib/istio/kinds";
import { draftKey } from "./draft-key";
import { draftStore } from "./draft-store";

/** Asks for the name before an object goes; only the version that is shown is deleted. */
export function DeleteDialog({
  open,
  onClose,
  target,
  resourceVersion,
}: {
  open: boolean;
  onClose: () => void;
  target: ObjectRef;
  resourceVersion: string;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const scoped = useScopedHref();
  const [typed, setTyped] = useState("");
  const { kind } = kindInfo(target.kind);
  const removal = useMutation(
    trpc.config.remove.mutationOptions({
      onSuccess: () => {
        draftStore.remove(draftKey(target));
        toast("ok", `${kind} ${target.name} is deleted`);
        router.push(scoped("/config"));
      },
    }),
  );
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Delete ${kind} ${[target.namespace, target.name].filter(Boolean).join("/")}?`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            variant="danger"
            pending={removal.isPending}
            disabledReason={typed === target.name ? undefined : "Type the name first."}
            onClick={() => removal.mutate({ ref: target, resourceVersion })}
          >
            Delete {kind}
          </Button>
        </>
      }
    >
      <p>
        Every proxy that it applies to loses it within seconds. There is no undo but to write it
        again.
      </p>
      <TextField
        label={`Type ${target.name} to confirm`}
        mono
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {removal.error ? <ErrorState error={removal.error} /> : null}
    </Dialog>
  );
}
