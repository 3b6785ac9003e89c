import { Age } from "@/components/ui/age";
import { type Column, DataTable } from "@/components/ui/data-table";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { VerdictBlock } from "@/components/ui/verdict-block";
import {
  COMPARED,
  type ConfigComparison,
  type ResourceDifference,
} from "@/lib/xds/diff/config-diff";

/** What is the same in two configurations, and field by field what is not. */
export function ComparisonResult({
  comparison: { differences, same },
  name,
  at,
  addresses,
}: {
  comparison: ConfigComparison;
  /** Whose configuration is told against the other. */
  name: string;
  /** How old its dump is. */
  at: number;
  /** Whether addresses count. */
  addresses: boolean;
}) {
  return (
    <>
      <VerdictBlock
        status={differences.length === 0 ? "ok" : "info"}
        title={titleOf(differences, name)}
      >
        {COMPARED.map((part) => `${formatNumber(same[part])} ${part}`).join(", ")} are the same.
        Versions and times never count{addresses ? "" : ", nor do addresses"}. By the dump of{" "}
        <Age at={at} />.
      </VerdictBlock>
      {differences.length > 0 ? <Differences list={differences} /> : null}
    </>
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
