import { type Instant, instant, type Millis } from "@/lib/base/units";
import { type ProxySync, type SyncState, type TypeSync } from "./sync-status";
import { XDS_TYPES, type XdsType } from "./xds-type";

/** How a proxy stands as a whole: as its worst type does. `late` is stale for longer than a push takes. */
export type ProxyState = "refused" | "late" | "pending" | "synced";

/** A push is answered within a second or so; whoever is silent this long has a problem (ms). */
export const LATE_AFTER = 10_000 as Millis;

/** Why a proxy is not in order, or that it is: what the table is grouped by. */
export interface ProxyCause {
  readonly state: ProxyState;
  /** The types that are not in order, in the order of the table. */
  readonly types: readonly XdsType[];
  /** `Listeners refused`, `No answer to routes`, `Synced`. */
  readonly title: string;
  /** Since when it is so, as far as istiod tells; the newest push where all is well. */
  readonly since: Instant | undefined;
}

const WORDS: Readonly<Record<XdsType, string>> = {
  CDS: "clusters",
  LDS: "listeners",
  EDS: "endpoints",
  RDS: "routes",
  ECDS: "extensions",
};

/** What a type is called in a sentence. */
export const xdsWord = (type: XdsType): string => WORDS[type];

/** More types than this are not told one by one. */
const MAX_NAMED = 3;

const times = (proxy: ProxySync, types: readonly XdsType[]): number[] =>
  types.flatMap((type) => proxy.types[type].sentAt ?? []);

const NOT_IN_ORDER: ReadonlySet<SyncState> = new Set<SyncState>(["refused", "stale"]);

/** How a proxy stands at `now`, by all of its types or by those that are asked for. */
export function proxyCause(
  proxy: ProxySync,
  now: Instant,
  asked: readonly XdsType[] = XDS_TYPES,
): ProxyCause {
  // Of ten thousand proxies nearly all are in order.
  if (!asked.some((type) => NOT_IN_ORDER.has(proxy.types[type].state))) {
    return { state: "synced", types: [], title: "Synced", since: newest(times(proxy, asked)) };
  }
  const typesIn = (state: SyncState) => asked.filter((type) => proxy.types[type].state === state);
  const refused = typesIn("refused");
  if (refused.length > 0) {
    return {
      state: "refused",
      types: refused,
      title: `${capital(listed(refused))} refused`,
      since: oldest(times(proxy, refused)),
    };
  }
  const stale = typesIn("stale");
  const since = oldest(times(proxy, stale));
  // An istiod that does not say when it sent gives no reason to call a proxy late.
  const late = since !== undefined && now - since >= LATE_AFTER;
  return {
    state: late ? "late" : "pending",
    types: stale,
    title: !late
      ? "Push under way"
      : stale.length > MAX_NAMED
        ? "No answer to any push"
        : `No answer to ${listed(stale)}`,
    since,
  };
}

const listed = (types: readonly XdsType[]): string => {
  const words = types.map(xdsWord);
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
};

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const oldest = (list: readonly number[]): Instant | undefined =>
  list.length > 0 ? instant(Math.min(...list)) : undefined;
const newest = (list: readonly number[]): Instant | undefined =>
  list.length > 0 ? instant(Math.max(...list)) : undefined;

/** How far the newest configuration has come among some proxies. */
export interface Propagation {
  /**
   * Whether istiod has sent anything since the change that is followed. While it has not, nobody
   * can hold it; where nothing comes for `NOTHING_TO_SEND`, there was nothing to send.
   */
  readonly pushed: boolean;
  /**
   * Proxies that hold what istiod sent last: of every type, or where a change is followed, of those
   * that were sent since. A refusal of before does not keep a proxy from taking the change.
   */
  readonly synced: number;
  /** Those that were sent the change, or all while nothing is sent. */
  readonly total: number;
  /** How many refuse, and how many have not answered. */
  readonly refused: number;
  readonly waiting: number;
  /** Those that do not hold it, refusing ones first; at most ten. */
  readonly stragglers: readonly Straggler[];
  /** When istiod last sent anything to anyone; undefined where it does not say. */
  readonly pushedAt: Instant | undefined;
  /** When the istiods were heard last; undefined where none was yet, or that is not known. */
  readonly readAt?: Instant | undefined;
}

/** A proxy that does not hold the newest configuration. */
export interface Straggler {
  /** `pod.namespace` */
  readonly id: string;
  readonly namespace: string;
  readonly pod: string;
  readonly state: ProxyState;
  /** `Listeners refused`, `No answer to routes`. */
  readonly title: string;
}

/** The change that is followed. */
export interface FollowedChange {
  readonly at: Instant;
  /** Whether a type was sent to a proxy after that. */
  readonly isSentAfter: (proxy: ProxySync, type: XdsType) => boolean;
  /** Whether the istiods were not heard since: what they said before says nothing of it. */
  readonly isUnheard?: boolean;
}

/** istiod waits a tenth of a second before it pushes, and ten seconds at most (ms). */
export const NOTHING_TO_SEND = 12_000 as Millis;

const MAX_STRAGGLERS = 10;
const RANK: Readonly<Record<ProxyState, number>> = { refused: 0, late: 1, pending: 2, synced: 3 };

/** How many of `proxies` hold the newest configuration, or that of one change. */
export function propagationOf(
  proxies: readonly ProxySync[],
  now: Instant,
  change?: FollowedChange,
): Propagation {
  const sent = change
    ? proxies.filter((proxy) => XDS_TYPES.some((type) => change.isSentAfter(proxy, type)))
    : proxies;
  const pushed = sent.length > 0;
  const concerned = pushed ? sent : proxies;
  // Before the push everybody still agrees with istiod, on the configuration of before.
  const early =
    change !== undefined &&
    !pushed &&
    (change.isUnheard === true || now - change.at < NOTHING_TO_SEND);
  const asked = (proxy: ProxySync) =>
    change && pushed ? XDS_TYPES.filter((type) => change.isSentAfter(proxy, type)) : XDS_TYPES;
  const behind = concerned
    .flatMap((proxy): Straggler[] => {
      const { id, namespace, pod } = proxy;
      const { state, title } = proxyCause(proxy, now, asked(proxy));
      return state === "synced" ? [] : [{ id, namespace, pod, state, title }];
    })
    .sort((a, b) => RANK[a.state] - RANK[b.state]);
  const refused = behind.filter(({ state }) => state === "refused").length;
  return {
    pushed,
    synced: early ? 0 : concerned.length - behind.length,
    total: concerned.length,
    refused,
    waiting: behind.length - refused,
    stragglers: behind.slice(0, MAX_STRAGGLERS),
    pushedAt: newest(proxies.flatMap((proxy) => times(proxy, XDS_TYPES))),
  };
}

/** The first error of a proxy, in the table's order of types. */
export const firstError = (proxy: ProxySync): (TypeSync & { readonly type: XdsType }) | undefined =>
  XDS_TYPES.filter((type) => proxy.types[type].error !== undefined).map((type) => ({
    ...proxy.types[type],
    type,
  }))[0];
