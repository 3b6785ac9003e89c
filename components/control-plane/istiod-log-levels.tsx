"use client";

import { useQuery } from "@tanstack/react-query";
import { LogLevels } from "@/components/log-levels/log-levels";
import { useTRPC } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { ControlPlaneState, SetControlPlaneState } from "./use-control-plane-state";

/** The log scopes of one istiod; each replica has levels of its own. */
export function IstiodLogLevels({
  state,
  setState,
}: {
  state: ControlPlaneState;
  setState: SetControlPlaneState;
}) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.controlPlane.istiods.queryOptions(undefined, { meta: { live: ["mesh:Pod"] } }),
  );
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton label="Looking for istiods" rows={4} />
    );
  }
  const shown = data.find(({ name }) => name === state.istiod) ?? data[0];
  if (!shown) {
    return (
      <EmptyState title="No istiod runs in this cluster">
        Pods with the label app=istiod are looked for in all namespaces.
      </EmptyState>
    );
  }
  return (
    <div className="mt-3">
      <Field label="istiod" hint="Each replica has levels of its own.">
        {(control) => (
          <Select
            {...control}
            value={shown.name}
            options={data.map(({ name }) => ({ value: name, label: name }))}
            onChange={(istiod) => void setState({ istiod })}
          />
        )}
      </Field>
      <LogLevels
        key={shown.name}
        target={{ program: "istiod", namespace: shown.namespace, name: shown.name }}
      />
    </div>
  );
}
