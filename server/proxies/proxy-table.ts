import type { Instant } from "@/lib/base/units";
import { firstError, LATE_AFTER, proxyCause, type ProxyState } from "@/lib/xds/proxy-state";
import type { ProxySync, SyncState } from "@/lib/xds/sync-status";
import { XDS_TYPES, type XdsType } from "@/lib/xds/xds-type";
import {
  causeKey,
  type Why,
  WHY_NOT_HEARD,
  WHY_NOT_TOLD,
  whyNotConnected,
  whyOlder,
  whySynced,
} from "@/lib/xds/why/why";
import type { MeshView } from "@/lib/mesh/view";
import { istiodPods, type ProxyKind, type ProxyPodFacts, proxyPodFacts } from "./mesh-proxies";
import type { IstiodState, SyncSnapshot } from "./sync-collector";

/** How a proxy stands in the table; `unknown` where its istiod does not answer. */
export type RowState = ProxyState | "disconnected" | "older" | "unknown";

/** One proxy in the table of all proxies. */
export interface ProxyRow {
  /** `pod.namespace`, as istioctl names it. */
  readonly id: string;
  readonly pod: string;
  readonly namespace: string;
  readonly workload: string | undefined;
  readonly kind: ProxyKind | "proxy";
  readonly cluster: string;
  /** The five types; `null` for a proxy that no istiod knows. */
  readonly types: Readonly<Record<XdsType, SyncState>> | null;
  readonly state: RowState;
  /** Why, with the object that did it: proxies of one cause are one group of the table. */
  readonly cause: string;
  readonly why: Why;
  /** What the cause rests on; undefined where all is well. */
  readonly evidence: string | undefined;
  readonly since: Instant | undefined;
  readonly version: string | undefined;
  /** Its own, or where its pod does not say, that of its istiod. */
  readonly revision: string | undefined;
  readonly istiod: string | undefined;
  /** The first line of what Envoy said when it refused. */
  readonly error: string | undefined;
}

/** The whole table, with what must be said of it. */
export interface ProxyTable {
  readonly rows: readonly ProxyRow[];
  readonly istiods: readonly IstiodState[];
  /** When the istiods were last asked. */
  readonly at: Instant | undefined;
  readonly counts: Readonly<Record<RowState, number>> & { readonly total: number };
}

const MAX_ERROR = 300;

interface Made {
  readonly mesh: MeshView;
  readonly second: number;
  readonly table: ProxyTable;
}

const made = new WeakMap<SyncSnapshot, Made>();
const SECOND_MS = 1000;

/**
 * Joins what the istiods say with the pods that the cluster has. All who ask within one second get
 * the same table: what is late changes with the clock, but not faster.
 */
export function proxyTable(snapshot: SyncSnapshot, mesh: MeshView, now: Instant): ProxyTable {
  const second = Math.floor(now / SECOND_MS);
  const known = made.get(snapshot);
  if (known?.mesh === mesh && known.second === second) return known.table;
  const table = joined(snapshot, mesh, now);
  made.set(snapshot, { mesh, second, table });
  return table;
}

function joined({ proxies, istiods, at }: SyncSnapshot, mesh: MeshView, now: Instant): ProxyTable {
  const pods = mesh.derive(proxyPodFacts);
  const newest = newestVersion(mesh);
  const revisions = new Map(
    mesh.derive(istiodPods).map(({ name, revision }) => [name, revision] as const),
  );
  const known = new Set(proxies.map(({ id }) => id));
  const isHeard = at !== undefined;
  // Where an istiod is silent, its proxies are not lost: we just cannot see them.
  const blind = istiods.some(({ error, proxies: count }) => error !== undefined && count === null);
  // What one said last grows old: for how long it is silent decides whether it still holds.
  const silent = new Map(
    istiods.flatMap(({ name, error, at: answered }) =>
      error && answered !== undefined && now - answered >= LATE_AFTER
        ? [[name, answered] as const]
        : [],
    ),
  );
  const rows = [
    ...proxies.map((proxy) => {
      const silentSince = silent.get(proxy.istiod);
      return knownRow(proxy, pods.get(proxy.id), { mesh, now, newest, revisions, silentSince });
    }),
    ...(blind
      ? []
      : [...pods]
          .filter(([id]) => !known.has(id))
          .map(([id, facts]) => unlistedRow(id, facts, { mesh, isHeard }))),
  ];
  const counts: Record<RowState, number> = {
    refused: 0,
    late: 0,
    pending: 0,
    disconnected: 0,
    unknown: 0,
    older: 0,
    synced: 0,
  };
  for (const { state } of rows) counts[state] += 1;
  return { rows, istiods, at, counts: { ...counts, total: rows.length } };
}

interface TableContext {
  readonly mesh: MeshView;
  readonly now: Instant;
  /** The newest release of an istiod. */
  readonly newest: string | undefined;
  /** Revisions of istiods by their names. */
  readonly revisions: ReadonlyMap<string, string | undefined>;
  /** When the proxy's istiod fell silent; undefined while it answers. */
  readonly silentSince: Instant | undefined;
}

interface QuietRow {
  readonly facts: ProxyPodFacts | undefined;
  readonly newest: string | undefined;
  readonly row: ProxyRow;
}

/** Rows of proxies in order, by what istiod says of them. */
const quietRows = new WeakMap<ProxySync, QuietRow>();

/** A proxy in order stays so until istiod says something else: its row is made once. */
function knownRow(
  proxy: ProxySync,
  facts: ProxyPodFacts | undefined,
  context: TableContext,
): ProxyRow {
  const { newest, silentSince } = context;
  const quiet = quietRows.get(proxy);
  if (silentSince === undefined && quiet?.facts === facts && quiet?.newest === newest && quiet) {
    return quiet.row;
  }
  const row = syncedRow(proxy, facts, context);
  if (row.state === "synced" || row.state === "older") quietRows.set(proxy, { facts, newest, row });
  return row;
}

function syncedRow(
  proxy: ProxySync,
  facts: ProxyPodFacts | undefined,
  context: TableContext,
): ProxyRow {
  const { mesh, now, newest, silentSince } = context;
  const cause = proxyCause(proxy, now);
  const version = proxy.version ?? facts?.imageTag;
  const isQuiet = cause.state === "synced" && silentSince === undefined;
  const older = isQuiet && isOlder(version, newest);
  const types = Object.fromEntries(
    XDS_TYPES.map((type) => [type, proxy.types[type].state]),
  ) as NonNullable<ProxyRow["types"]>;
  const error = firstError(proxy)?.error?.trim().split("\n")[0]?.slice(0, MAX_ERROR);
  const why = older
    ? whyOlder(version ?? "", newest ?? "")
    : whySynced(mesh, proxy, { now, silentSince });
  return {
    id: proxy.id,
    pod: proxy.pod,
    namespace: proxy.namespace,
    workload: facts?.workload,
    kind: kindOf(proxy, facts),
    cluster: proxy.cluster,
    types,
    state: why.code === "istiod-silent" ? "unknown" : older ? "older" : cause.state,
    cause: causeKey(why),
    why,
    evidence:
      why.evidence ??
      (cause.state === "late" && facts?.node ? `not acknowledged; on ${facts.node}` : undefined),
    since: cause.since,
    version,
    revision: facts?.revision ?? context.revisions.get(proxy.istiod),
    istiod: proxy.istiod,
    error,
  };
}

const lostRow = (id: string, facts: ProxyPodFacts, why: Why): ProxyRow => ({
  id,
  pod: facts.name,
  namespace: facts.namespace,
  workload: facts.workload,
  kind: facts.kind,
  cluster: "",
  types: null,
  state: "disconnected",
  cause: causeKey(why),
  why,
  evidence: why.evidence,
  since: undefined,
  version: facts.imageTag,
  revision: facts.revision,
  istiod: undefined,
  error: undefined,
});

/** A pod with a proxy that no istiod lists. */
function unlistedRow(
  id: string,
  facts: ProxyPodFacts,
  { mesh, isHeard }: { readonly mesh: MeshView; readonly isHeard: boolean },
): ProxyRow {
  if (!isHeard) return unheardRow(id, facts);
  const why = whyNotConnected(mesh, facts);
  return facts.kind === "ztunnel" && why.code === "not-connected"
    ? { ...lostRow(id, facts, WHY_NOT_TOLD), state: "unknown" }
    : lostRow(id, facts, why);
}

/** What the cluster says of a proxy while the istiods have not answered yet. */
const unheardRow = (id: string, facts: ProxyPodFacts): ProxyRow => ({
  ...lostRow(id, facts, WHY_NOT_HEARD),
  state: "unknown",
});

const KINDS: Readonly<Record<string, ProxyKind>> = {
  sidecar: "sidecar",
  router: "gateway",
  waypoint: "waypoint",
  ztunnel: "ztunnel",
};

const kindOf = (proxy: ProxySync, facts: ProxyPodFacts | undefined): ProxyRow["kind"] =>
  KINDS[proxy.type ?? ""] ?? facts?.kind ?? "proxy";

/** The newest release among the istiods; undefined where none says its release. */
function newestVersion(mesh: MeshView): string | undefined {
  const versions = mesh.derive(istiodPods).flatMap(({ version }) => version ?? []);
  return versions.sort(compareVersions).at(-1);
}

/** Whether one release comes before another, by major and minor: patches need no restart. */
function isOlder(version: string | undefined, newest: string | undefined): boolean {
  const [a, b] = [minorOf(version), minorOf(newest)];
  return a !== undefined && b !== undefined && a < b;
}

const NUMBERS = /^(\d+)\.(\d+)/;
const MAX_MINOR = 10_000;

function minorOf(version: string | undefined): number | undefined {
  const [, major, minor] = NUMBERS.exec(version ?? "") ?? [];
  return major === undefined ? undefined : Number(major) * MAX_MINOR + Number(minor);
}

const compareVersions = (a: string, b: string): number =>
  a.localeCompare(b, "en", { numeric: true });
