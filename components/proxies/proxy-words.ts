import type { StatusName } from "@/components/ui/status-glyph";
import type { SyncState } from "@/lib/xds/sync-status";
import type { XdsType } from "@/lib/xds/xds-type";
import type { ProxyRow, RowState } from "@/server/proxies/proxy-table";

/** How a proxy's state is shown: shape, and the word that goes with it. */
export const STATE_WORDS: Readonly<Record<RowState, readonly [StatusName, string]>> = {
  refused: ["fail", "Refused"],
  late: ["warn", "Stale"],
  pending: ["progress", "Under way"],
  disconnected: ["warn", "Not connected"],
  unknown: ["unknown", "Unknown"],
  older: ["info", "Older"],
  synced: ["ok", "Synced"],
};

/** States from the one that wants somebody most to the one that wants nobody. */
export const STATE_ORDER = Object.keys(STATE_WORDS) as readonly RowState[];

const SYNC_WORDS: Readonly<Record<SyncState, readonly [StatusName, string]>> = {
  synced: ["ok", "Synced"],
  stale: ["warn", "Stale"],
  "not-sent": ["off", "Not sent"],
  ignored: ["off", "Ignored"],
  refused: ["fail", "Refused"],
};

/** How one type of a proxy is shown. What was sent a moment ago is under way, not late. */
export function syncWords(
  state: SyncState,
  row: RowState,
): readonly [status: StatusName, word: string] {
  return state === "stale" && row === "pending" ? ["progress", "Stale"] : SYNC_WORDS[state];
}

/** What a type holds, as the title of a row. */
export const TYPE_WORDS: Readonly<Record<XdsType, string>> = {
  CDS: "Clusters",
  LDS: "Listeners",
  EDS: "Endpoints",
  RDS: "Routes",
  ECDS: "Extensions",
};

const KIND_WORDS: Readonly<Record<ProxyRow["kind"], string>> = {
  sidecar: "Sidecar",
  gateway: "Gateway",
  waypoint: "Waypoint",
  ztunnel: "Ztunnel",
  proxy: "Proxy",
};

/** `Sidecar`, `Gateway`, … */
export const kindWord = (kind: ProxyRow["kind"]): string => KIND_WORDS[kind];

/** The last part of a pod's name, which tells replicas apart. */
export const shortPod = (name: string): string => name.slice(name.lastIndexOf("-") + 1);
