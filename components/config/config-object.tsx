"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { ButtonLink } from "@/components/ui/button-link";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { isKindId, CONFIG_KINDS, type KindId } from "@/lib/istio/kinds";
import { ConfigEditor } from "./config-editor";
import { draftKey } from "./draft-key";
import { draftStore } from "./draft-store";

/** One stored object in the editor, named by its URL. */
export function ConfigObject({
  kind,
  namespace,
  name,
}: Record<"kind" | "namespace" | "name", string>) {
  const scoped = useScopedHref();
  if (!isKindId(kind) || !CONFIG_KINDS.includes(kind)) {
    return (
      <div className="p-4">
        <EmptyState
          title={`${kind} is not a kind of mesh configuration`}
          action={<ButtonLink href={scoped("/config")}>Show all configuration</ButtonLink>}
        >
          The address names a kind that is not edited here.
        </EmptyState>
      </div>
    );
  }
  // The address writes `-` where a kind has no namespaces.
  const owner = namespace === "-" ? "" : namespace;
  return <Loaded key={`${kind}/${owner}/${name}`} kind={kind} namespace={owner} name={name} />;
}

function Loaded({ kind, namespace, name }: { kind: KindId; namespace: string; name: string }) {
  const trpc = useTRPC();
  const scoped = useScopedHref();
  const ref = { kind, namespace, name };
  const stored = useQuery(trpc.config.get.queryOptions(ref, { meta: { live: [`mesh:${kind}`] } }));
  const missing = stored.error?.data?.appCode === "not-found";
  const hasDraft = typeof window !== "undefined" && draftStore.read(draftKey(ref)) !== undefined;

  // What was loaded, or typed, stays in the editor whatever happens to the object or the server.
  if (stored.data || (stored.isError && hasDraft)) {
    return (
      <ConfigEditor
        target={ref}
        stored={stored.data}
        deleted={missing}
        problem={stored.isError && !missing ? stored.error : undefined}
      />
    );
  }
  if (stored.isPending) {
    return (
      <div className="p-4">
        <Skeleton rows={10} label={`Reading ${kind} ${namespace}/${name}`} />
      </div>
    );
  }
  return (
    <div className="p-4">
      {missing ? (
        <EmptyState
          title={`${kind} ${namespace}/${name} does not exist`}
          action={
            <ButtonLink href={scoped(`/config?new=${kind}`)}>{`Write a new ${kind}`}</ButtonLink>
          }
        >
          It was deleted or never there. What is stored now is in the list.
        </EmptyState>
      ) : (
        <ErrorState error={stored.error} onRetry={() => void stored.refetch()} />
      )}
    </div>
  );
}
