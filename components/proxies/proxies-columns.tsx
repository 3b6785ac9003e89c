import { Age } from "@/components/ui/age";
import type { Column } from "@/components/ui/data-table";
import { formatBytes, NO_DATA } from "@/components/ui/format";
import { Status } from "@/components/ui/status";
import { XDS_TYPES, type XdsType } from "@/lib/xds/xds-type";
import type { ConfigSize } from "@/server/proxies/config-sizes";
import { kindWord, shortPod, syncWords } from "./proxy-words";
import type { TableRow } from "./table-row";

const SYNC_ORDER = ["refused", "stale", "not-sent", "ignored", "synced"] as const;

const typeColumn = (type: XdsType): Column<TableRow> => ({
  key: type,
  header: type,
  cell: ({ types, state }) => {
    if (!types) return <span className="text-ink-3">{NO_DATA}</span>;
    const [status, word] = syncWords(types[type], state);
    return <Status status={status} label={word} />;
  },
  sortValue: ({ types }) => (types ? SYNC_ORDER.indexOf(types[type]) : null),
});

/**
 * The columns of the table of all proxies; sizes where they are measured, by `pod.namespace`, in
 * sight on narrow screens too. Beside an opened proxy, which tells them itself, its kind and error
 * are left out.
 */
export const proxiesColumns = (
  sizes: ReadonlyMap<string, ConfigSize> | undefined,
  isOpened: boolean,
): readonly Column<TableRow>[] =>
  COLUMNS.filter(({ key }) => !isOpened || !TOLD_BESIDE.has(key)).flatMap((column) =>
    column.key === "proxy" && sizes ? [column, sizeColumn(sizes)] : [column],
  );

/** What the panel of an opened proxy tells. */
const TOLD_BESIDE: ReadonlySet<string> = new Set(["kind", "error", "revision", "cluster"]);

const COLUMNS: readonly Column<TableRow>[] = [
  {
    key: "proxy",
    header: "Proxy",
    cell: ({ pod, namespace }) => (
      <span className="whitespace-nowrap">
        <span className="font-mono text-xs">{pod}</span>
        <span className="ml-2 inline-block text-ink-3 no-underline">{namespace}</span>
      </span>
    ),
    sortValue: ({ id }) => id,
  },
  {
    key: "kind",
    header: "Kind",
    className: "max-wide:hidden",
    cell: ({ kind }) => kindWord(kind),
    sortValue: ({ kind }) => kind,
  },
  ...XDS_TYPES.map(typeColumn),
  {
    key: "version",
    header: "Version",
    numeric: true,
    className: "max-wide:hidden",
    cell: ({ version }) => version ?? NO_DATA,
    sortValue: ({ version }) => version,
  },
  {
    key: "revision",
    header: "Revision",
    className: "max-wide:hidden",
    cell: ({ revision }) => revision ?? NO_DATA,
    sortValue: ({ revision }) => revision,
  },
  {
    key: "cluster",
    header: "Cluster",
    className: "max-wide:hidden",
    cell: ({ cluster }) => (cluster === "" ? NO_DATA : cluster),
    sortValue: ({ cluster }) => cluster || null,
  },
  {
    key: "istiod",
    header: "istiod",
    className: "max-wide:hidden",
    cell: ({ istiod }) =>
      istiod ? (
        <span className="font-mono text-xs" title={istiod}>
          {shortPod(istiod)}
        </span>
      ) : (
        NO_DATA
      ),
    sortValue: ({ istiod }) => istiod,
  },
  {
    key: "since",
    header: "Since",
    numeric: true,
    cell: ({ since }) => (since === undefined ? NO_DATA : <Age at={since} relative="none" />),
    sortValue: ({ since }) => since,
  },
  {
    key: "error",
    header: "Last error",
    className: "max-wide:hidden",
    cell: ({ error }) =>
      error === undefined ? (
        NO_DATA
      ) : (
        <span
          className="qd-proxies-cut font-mono text-xs"
          style={{ maxWidth: "28ch" }}
          title={error}
        >
          {error}
        </span>
      ),
    sortValue: ({ error }) => error,
  },
];

const sizeColumn = (sizes: ReadonlyMap<string, ConfigSize>): Column<TableRow> => ({
  key: "size",
  header: "Configuration",
  numeric: true,
  cell: ({ id }) => {
    const size = sizes.get(id);
    if (!size) return NO_DATA;
    return size.bytes === null ? (
      <span className="text-ink-3" title={size.problem}>
        no answer
      </span>
    ) : (
      formatBytes(size.bytes)
    );
  },
  sortValue: ({ id }) => sizes.get(id)?.bytes,
});
