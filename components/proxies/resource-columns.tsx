import { Age } from "@/components/ui/age";
import { Button } from "@/components/ui/button";
import type { Column } from "@/components/ui/data-table";
import { NO_DATA } from "@/components/ui/format";
import { Status } from "@/components/ui/status";
import type { ExtensionRow } from "@/lib/xds/extension-rows";
import type { ObjectRow } from "@/lib/xds/object-rows";
import type { SecretRow } from "@/lib/xds/secret-rows";
import { ObjectLink } from "./object-link";
import type { ExplorerTab } from "./use-proxies-state";

const DAY_MS = 86_400_000;
/** Workloads renew their certificates when half a day is left; a root needs longer. */
const SOON_MS: Readonly<Record<SecretRow["type"], number>> = {
  CA: 30 * DAY_MS,
  "Cert Chain": DAY_MS / 24,
  "": 0,
};

const machine = (text: string) =>
  text ? (
    <span className="qd-proxies-cut" style={{ maxWidth: "60ch" }} title={text}>
      {text}
    </span>
  ) : (
    <span className="text-ink-3">{NO_DATA}</span>
  );

/** Columns of `istioctl proxy-config secret`, with the identity; `now` decides what has expired. */
export const secretColumns = (now: number): readonly Column<SecretRow>[] => [
  { key: "name", header: "Name", cell: (row) => machine(row.name), sortValue: (row) => row.name },
  { key: "type", header: "Type", cell: (row) => row.type || NO_DATA },
  {
    key: "state",
    header: "State",
    cell: ({ notBefore, notAfter, state, type }) => {
      if (state === "warming") return <Status status="progress" label="Waited for" />;
      if (notBefore === undefined || notAfter === undefined)
        return <Status status="unknown" label="No certificate" />;
      if (now >= notAfter) return <Status status="fail" label="Expired" />;
      if (now < notBefore) return <Status status="fail" label="Not valid yet" />;
      if (notAfter - now < SOON_MS[type]) return <Status status="warn" label="Expires soon" />;
      return <Status status="ok" label="Valid" />;
    },
    sortValue: (row) => row.notAfter,
  },
  {
    key: "expires",
    header: "Expires",
    numeric: true,
    cell: (row) => <Age at={row.notAfter} />,
    sortValue: (row) => row.notAfter,
  },
  {
    key: "identity",
    header: "Identity",
    cell: (row) => machine(row.identities.join(", ") || row.trustDomain),
  },
  {
    key: "serial",
    header: "Serial number",
    className: "max-wide:hidden",
    cell: (row) => machine(row.serial),
  },
];

/** Columns of `istioctl proxy-config ecds`. */
export const extensionColumns: readonly Column<ExtensionRow>[] = [
  { key: "name", header: "Name", cell: (row) => machine(row.name), sortValue: (row) => row.name },
  { key: "type", header: "Type", cell: (row) => machine(row.type), sortValue: (row) => row.type },
  { key: "version", header: "Version", cell: (row) => machine(row.version) },
  {
    key: "updated",
    header: "Taken over",
    numeric: true,
    cell: (row) => <Age at={row.lastUpdated || undefined} />,
  },
];

type Open = (tab: ExplorerTab, find: string) => void;

/** Names of resources; the table that they are in is one click away. */
function Names({
  names,
  what,
  onOpen,
}: {
  names: readonly string[];
  what: string;
  onOpen: (name: string) => void;
}) {
  if (names.length === 0) return <span className="text-ink-3">{NO_DATA}</span>;
  return (
    <span className="inline-flex max-w-[44ch] flex-wrap gap-x-2">
      {names.slice(0, MAX_NAMES).map((name) => (
        <Button
          key={name}
          variant="quiet"
          size="small"
          className="qd-proxies-follow"
          title={name}
          onClick={() => onOpen(name)}
        >
          <span>{name || `unnamed ${what}`}</span>
        </Button>
      ))}
      {names.length > MAX_NAMES ? <span>and {names.length - MAX_NAMES} more</span> : null}
    </span>
  );
}

const MAX_NAMES = 4;

/** From an Istio object to what it made in this proxy. */
export const objectColumns = (open: Open): readonly Column<ObjectRow>[] => [
  {
    key: "object",
    header: "Object",
    cell: (row) => <ObjectLink of={row.object} />,
    sortValue: ({ object }) => `${object.kind}/${object.namespace}/${object.name}`,
  },
  ...(["listeners", "routes", "clusters"] as const).map((part): Column<ObjectRow> => ({
    key: part,
    header: `${part.slice(0, 1).toUpperCase()}${part.slice(1)}`,
    cell: (row) => (
      <Names
        names={row[part]}
        what={part.slice(0, -1)}
        onOpen={(name) => open(part, part === "routes" ? `${name} ${row.object.name}` : name)}
      />
    ),
    sortValue: (row) => row[part].length,
  })),
];
