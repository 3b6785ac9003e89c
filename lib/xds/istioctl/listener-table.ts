import { compareText } from "@/lib/base/compare-text";
import type { ListenerRow } from "../listener-rows";
import type { TextTable } from "./text-table";

/** What `istioctl proxy-config listeners` can be narrowed by; absent for everything. */
export interface ListenerFilter {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** `HTTP`, `TCP`, `HTTP+TCP` or `UNKNOWN`, in upper or lower case. */
  readonly type?: string | undefined;
}

/** Whether istioctl would print the filter chains of a listener. */
export const matchesListener = (
  { addresses, port, type }: Pick<ListenerRow, "addresses" | "port" | "type">,
  filter: ListenerFilter,
): boolean =>
  (!filter.address || addresses.toLowerCase().split(",").includes(filter.address.toLowerCase())) &&
  (!filter.port || port === filter.port) &&
  (!filter.type || type.toLowerCase() === filter.type.toLowerCase());

/**
 * The table of `istioctl proxy-config listeners`: listeners by port, address and type, the filter
 * chains of each by destination, backwards. With `named`, that of `istioctl proxy-config all`.
 */
export function listenerTable(
  listeners: readonly ListenerRow[],
  filter: ListenerFilter,
  named = false,
): TextTable {
  const rows = listeners
    // istioctl leaves out what is not in use yet.
    .filter((row) => row.state !== "warming" && matchesListener(row, filter))
    .sort(
      (a, b) =>
        a.port - b.port ||
        compareText(firstAddress(a), firstAddress(b)) ||
        compareText(a.type, b.type) ||
        a.index - b.index ||
        compareText(b.destination, a.destination),
    )
    .map(({ listener, addresses, port, match, destination }) => [
      ...(named ? [`listener/${listener}`] : []),
      addresses,
      String(port),
      match,
      destination,
    ]);
  return {
    columns: [...(named ? ["NAME"] : []), "ADDRESSES", "PORT", "MATCH", "DESTINATION"],
    rows,
  };
}

const firstAddress = ({ addresses }: ListenerRow): string => addresses.split(",")[0] ?? "";
