import { compareText } from "@/lib/base/compare-text";
import { type Instant, instant } from "@/lib/base/units";
import { isRecord } from "@/lib/k8s/json-value";
import { XDS_TYPES, type XdsType, xdsTypeOf } from "./xds-type";

/**
 * How one type of one proxy stands: `synced` (it acknowledged what was sent last), `stale` (it has
 * not answered), `not-sent` (it asked, istiod had nothing to say), `ignored` (it does not ask for
 * this type), `refused` (it answered with an error; istioctl says ERROR).
 */
export type SyncState = "synced" | "stale" | "not-sent" | "ignored" | "refused";

/** One type of one proxy, as istiod sees it. */
export interface TypeSync {
  readonly state: SyncState;
  /** When istiod last sent the type; undefined where it does not say (older istiods do not). */
  readonly sentAt: Instant | undefined;
  /** The nonce that was sent last. It moves with each push. */
  readonly sent: string | undefined;
  /** The words with which Envoy refused. */
  readonly error: string | undefined;
}

/** One proxy, as one istiod sees it. */
export interface ProxySync {
  /** `pod.namespace`, as istioctl names proxies. */
  readonly id: string;
  readonly pod: string;
  readonly namespace: string;
  readonly cluster: string;
  /** `sidecar`, `router`, `waypoint`, …; undefined where istiod does not say. */
  readonly type: string | undefined;
  /** The proxy's release; undefined where istiod does not say. */
  readonly version: string | undefined;
  /** The istiod that it is connected to. */
  readonly istiod: string;
  readonly types: Readonly<Record<XdsType, TypeSync>>;
  /** What else it asks for (names, workloads, secrets, unknown ones), by type URL. */
  readonly others: Readonly<Record<string, TypeSync>>;
}

interface SyncResource {
  readonly sent?: string | undefined;
  readonly acked?: string | undefined;
  readonly sentTime?: string | undefined;
  readonly lastError?: string | undefined;
}

/** One entry of the answer; of today's shape, or of the older one, whose fields are named by type. */
interface SyncEntry extends Readonly<Partial<Record<(typeof TEXTS)[number], string>>> {
  readonly proxy: string;
  readonly resources?: Readonly<Record<string, SyncResource>> | undefined;
}

const TEXTS = [
  ...(["cluster_id", "proxy_type", "istio_version"] as const),
  ...(["cluster_sent", "cluster_acked", "listener_sent", "listener_acked"] as const),
  ...(["route_sent", "route_acked", "endpoint_sent", "endpoint_acked"] as const),
  ...(["extensionconfig_sent", "extensionconfig_acked"] as const),
] as const;
const RESOURCE_TEXTS = ["sent", "acked", "sentTime", "lastError"] as const;

/**
 * Whether a value can be read as an entry. Checked by hand: a schema takes half a second for the
 * ten thousand entries of a large mesh while the program is cold, and the page waits for it.
 */
function isEntry(value: unknown): value is SyncEntry {
  if (!isRecord(value) || typeof value["proxy"] !== "string") return false;
  if (!haveTexts(value, TEXTS)) return false;
  const { resources } = value;
  if (resources === undefined) return true;
  return (
    isRecord(resources) &&
    Object.values(resources).every((one) => isRecord(one) && haveTexts(one, RESOURCE_TEXTS))
  );
}

function haveTexts(value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  for (const name of names) {
    const text = value[name];
    if (text !== undefined && typeof text !== "string") return false;
  }
  return true;
}

const FIELD = {
  CDS: "cluster",
  LDS: "listener",
  RDS: "route",
  EDS: "endpoint",
  ECDS: "extensionconfig",
} as const satisfies Record<XdsType, string>;

const IGNORED: TypeSync = {
  state: "ignored",
  sentAt: undefined,
  sent: undefined,
  error: undefined,
};

/** What reading `/debug/syncz` gave: entries that could not be read are counted, not dropped in silence. */
export interface SyncReading {
  readonly proxies: readonly ProxySync[];
  readonly unreadable: number;
}

/**
 * Reads the answer of one istiod to `/debug/syncz`.
 *
 * Today's shape has a map of resources; the older one only `<type>_sent` and `<type>_acked`, and
 * cannot tell a refusal from silence. `undefined` when the answer is no list at all.
 */
export function readSyncz(answer: unknown, istiod: string): SyncReading | undefined {
  // Go writes an empty list of a type that was never filled as null.
  const list = answer === null ? [] : answer;
  if (!Array.isArray(list)) return undefined;
  const proxies: ProxySync[] = [];
  for (const item of list) {
    if (isEntry(item)) proxies.push(proxyOf(item, istiod));
  }
  return { proxies, unreadable: list.length - proxies.length };
}

function proxyOf(entry: SyncEntry, istiod: string): ProxySync {
  const dot = entry.proxy.lastIndexOf(".");
  return {
    id: entry.proxy,
    pod: dot > 0 ? entry.proxy.slice(0, dot) : entry.proxy,
    namespace: dot > 0 ? entry.proxy.slice(dot + 1) : "",
    cluster: entry.cluster_id ?? "",
    type: entry.proxy_type || undefined,
    version:
      entry.istio_version && entry.istio_version !== "unknown" ? entry.istio_version : undefined,
    istiod,
    types: entry.resources ? typesOfMap(entry.resources) : typesOfFields(entry),
    others: othersOf(entry.resources ?? {}),
  };
}

const othersOf = (resources: Readonly<Record<string, SyncResource>>): ProxySync["others"] =>
  Object.fromEntries(
    Object.entries(resources)
      .filter(([typeUrl]) => !xdsTypeOf(typeUrl))
      .map(([typeUrl, resource]) => [typeUrl, syncOf(resource)]),
  );

function typesOfMap(resources: Readonly<Record<string, SyncResource>>): ProxySync["types"] {
  const types = { CDS: IGNORED, LDS: IGNORED, EDS: IGNORED, RDS: IGNORED, ECDS: IGNORED };
  for (const [typeUrl, resource] of Object.entries(resources)) {
    const type = xdsTypeOf(typeUrl);
    if (type) types[type] = syncOf(resource);
  }
  return types;
}

function typesOfFields(entry: SyncEntry): ProxySync["types"] {
  const one = (type: XdsType): TypeSync => {
    const sent = entry[`${FIELD[type]}_sent`];
    const acked = entry[`${FIELD[type]}_acked`];
    // The older istiods leave extensions out of proxies that do not ask for them.
    return type === "ECDS" && !sent && !acked ? IGNORED : syncOf({ sent, acked });
  };
  return {
    CDS: one("CDS"),
    LDS: one("LDS"),
    EDS: one("EDS"),
    RDS: one("RDS"),
    ECDS: one("ECDS"),
  };
}

/** istioctl's rule: an error first, then whether anything was sent, then whether the nonces agree. */
function syncOf({ sent, acked, sentTime, lastError }: SyncResource): TypeSync {
  const at = sentTime === undefined ? Number.NaN : Date.parse(sentTime);
  return {
    state: lastError ? "refused" : !sent ? "not-sent" : acked === sent ? "synced" : "stale",
    // Go's zero time means "never".
    sentAt: at > 0 ? instant(at) : undefined,
    sent: sent || undefined,
    error: lastError || undefined,
  };
}

const newestSent = ({ types }: ProxySync): number =>
  Math.max(...XDS_TYPES.map((type) => types[type].sentAt ?? 0));

/**
 * The proxies of all istiods, each once: a proxy that changed its istiod may be listed by both for
 * a moment, and then the one that sent last is right. Ordered by namespace and name.
 */
export function mergeSyncs(readings: Iterable<readonly ProxySync[]>): readonly ProxySync[] {
  const byId = new Map<string, ProxySync>();
  for (const proxies of readings) {
    for (const proxy of proxies) {
      const key = `${proxy.cluster}/${proxy.id}`;
      const known = byId.get(key);
      if (!known || newestSent(proxy) > newestSent(known)) byId.set(key, proxy);
    }
  }
  return [...byId.values()].sort(
    (a, b) => compareText(a.namespace, b.namespace) || compareText(a.pod, b.pod),
  );
}
