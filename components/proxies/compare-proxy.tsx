"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { packRows } from "@/lib/base/packed-rows";
import { CompareWithFile } from "./compare-with-file";
import { ComparisonResult } from "./comparison-result";
import { tableRows } from "./table-row";
import { type ProxiesState, proxyOfParam, type SetProxiesState } from "./use-proxies-state";

const ISTIOD = "istiod";
const FILE = "file";
const NO_ROWS = packRows([], []);

interface Proxy {
  readonly namespace: string;
  readonly name: string;
}

/** What this proxy holds, against what istiod would send it, another proxy, or what one held before. */
export function CompareProxy({
  proxy,
  state,
  setState,
}: {
  proxy: Proxy;
  state: ProxiesState;
  setState: SetProxiesState;
}) {
  const trpc = useTRPC();
  const all = useQuery(trpc.proxies.list.queryOptions({ namespaces: [] }));
  const other = proxyOfParam(state.against);
  const own = `${proxy.namespace}/${proxy.name}`;
  const others = tableRows(all.data?.packed ?? NO_ROWS)
    .map(({ namespace, pod }) => `${namespace}/${pod}`)
    .filter((key) => key !== own);
  const known = new Set([ISTIOD, FILE, ...others, ...(other ? [state.against] : [])]);
  const words: Readonly<Record<string, string>> = {
    [ISTIOD]: "what istiod would send it",
    [FILE]: "a saved dump (a file)",
  };
  return (
    <div className="mt-2 grid gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <Field label="Compare with">
          {(control) => (
            <Select
              {...control}
              value={known.has(state.against) ? state.against : ISTIOD}
              options={[...known].map((value) => ({ value, label: words[value] ?? value }))}
              onChange={(against) => void setState({ against })}
            />
          )}
        </Field>
        <Checkbox
          label="Addresses count"
          checked={state.addresses}
          onChange={(addresses) => void setState({ addresses })}
        />
      </div>
      {state.against === FILE ? (
        <CompareWithFile proxy={proxy} addresses={state.addresses} />
      ) : (
        <CompareLive proxy={proxy} other={other} addresses={state.addresses} />
      )}
    </div>
  );
}

function CompareLive({
  proxy,
  other,
  addresses,
}: {
  proxy: Proxy;
  other: Proxy | undefined;
  addresses: boolean;
}) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.proxies.compare.queryOptions(
      { ...proxy, with: other ?? ISTIOD, ignoreAddresses: !addresses },
      { placeholderData: keepPreviousData, meta: { live: ["proxies"] } },
    ),
  );
  if (data) {
    return (
      <ComparisonResult comparison={data} name={data.after} at={data.at} addresses={addresses} />
    );
  }
  return error ? (
    <ErrorState error={error} onRetry={() => void refetch()} />
  ) : (
    <Skeleton label="Comparing" rows={5} />
  );
}
