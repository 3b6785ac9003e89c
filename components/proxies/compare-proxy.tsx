"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Checkbox } from "@/components/ui/checkbox";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { COMPARED, type ResourceDifference } from "@/lib/xds/diff/config-diff";
import { type ProxiesState, proxyOfParam, type SetProxiesState } from "./use-proxies-state";

const ISTIOD = "istiod";

/** What this proxy holds, against what istiod would send it, or against another proxy. */
export function CompareProxy({
  proxy,
  state,
  setState,
}: {
  proxy: { readonly namespace: string; readonly name: string };
  state: ProxiesState;
  setState: SetProxiesState;
}) {
  const trpc = useTRPC();
  const all = useQuery(trpc.proxies.list.queryOptions({ namespaces: [] }));
  const other = proxyOfParam(state.against);
  const { data, error, refetch } = useQuery(
    trpc.proxies.compare.queryOptions(
      { ...proxy, with: other ?? ISTIOD, ignoreAddresses: !state.addresses },
      { placeholderData: keepPreviousData, meta: { live: ["proxies"] } },
    ),
  );
  const own = `${proxy.namespace}/${proxy.name}`;
  const others = (all.data?.rows ?? [])
    .map(({ namespace, pod }) => `${namespace}/${pod}`)
    .filter((key) => key !== own);
  const known = new Set([ISTIOD, ...others, ...(other ? [state.against] : [])]);
  return (
    <div className="mt-2 grid gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <Field label="Compare with">
          {(control) => (
            <Select
              {...control}
              value={other ? state.against : ISTIOD}
              options={[...known].map((value) => ({
                value,
                label: value === ISTIOD ? "what istiod would send it" : value,
              }))}
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
      {data ? (
        <>
          <VerdictBlock
            status={data.differences.length === 0 ? "ok" : "info"}
            title={titleOf(data.differences, data.after)}
          >
            {COMPARED.map((part) => `${formatNumber(data.same[part])} ${part}`).join(", ")} are the
            same. Versions and times never count{state.addresses ? "" : ", nor do addresses"}. By
            the dump of <Age at={data.at} />.
          </VerdictBlock>
          {data.differences.length > 0 ? <Differences list={data.differences} /> : null}
        </>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton label="Comparing" rows={5} />
      )}
    </div>
  );
}

const titleOf = (differences: readonly ResourceDifference[], name: string): string =>
  differences.length === 0
    ? "They hold the same"
    : `${formatNumber(differences.length)} ${differences.length === 1 ? "resource" : "resources"} of ${name} ${differences.length === 1 ? "differs" : "differ"}`;

interface Line {
  readonly key: string;
  readonly part: string;
  readonly name: string;
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const CHANGES = { added: "only in this proxy", removed: "not in this proxy", changed: "" } as const;

function linesOf(differences: readonly ResourceDifference[]): readonly Line[] {
  return differences.flatMap(({ part, name, change, fields, moreFields }) => {
    const shared = { part, name };
    const key = `${part} ${name}`;
    if (change !== "changed") {
      const [before, after] = change === "added" ? [undefined, "present"] : ["present", undefined];
      return [{ ...shared, key, path: CHANGES[change], before, after }];
    }
    return [
      ...fields.map((field) => ({ ...shared, key: `${key} ${field.path}`, ...field })),
      ...(moreFields > 0
        ? [
            {
              ...{
                ...shared,
                key: `${key} more`,
                path: `and ${formatNumber(moreFields)} more fields`,
              },
              ...{ before: undefined, after: undefined },
            },
          ]
        : []),
    ];
  });
}

const value = (text: string | undefined) =>
  text === undefined ? (
    <span className="text-ink-3">{NO_DATA}</span>
  ) : (
    <span className="qd-proxies-cut" style={{ maxWidth: "36ch" }} title={text}>
      {text}
    </span>
  );

const COLUMNS: readonly Column<Line>[] = [
  { key: "part", header: "Part", cell: ({ part }) => part, sortValue: ({ part }) => part },
  {
    key: "name",
    header: "Resource",
    cell: ({ name }) => value(name),
    sortValue: (row) => row.name,
  },
  { key: "path", header: "Field", cell: ({ path }) => value(path), sortValue: (row) => row.path },
  { key: "before", header: "There", cell: ({ before }) => value(before) },
  { key: "after", header: "This proxy", cell: ({ after }) => value(after) },
];

function Differences({ list }: { list: readonly ResourceDifference[] }) {
  return (
    <DataTable
      label="Differences"
      dense
      columns={COLUMNS}
      rows={linesOf(list)}
      rowKey={({ key }) => key}
      maxHeight="50vh"
      empty="They hold the same."
    />
  );
}
