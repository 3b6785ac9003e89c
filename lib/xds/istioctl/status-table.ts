import { compareText } from "@/lib/base/compare-text";
import type { Instant } from "@/lib/base/units";
import type { ProxySync, SyncState, TypeSync } from "../sync-status";
import { shortTypeName, XDS_TYPES, type XdsType } from "../xds-type";
import { humanDuration } from "./human-duration";
import type { TextTable } from "./text-table";

/** istioctl's words. */
const STATE_WORDS: Readonly<Record<SyncState, string>> = {
  synced: "SYNCED",
  stale: "STALE",
  "not-sent": "NOT SENT",
  ignored: "IGNORED",
  refused: "ERROR",
};

/** In this order istioctl lists what proxies ask for; what is not here comes after, by type URL. */
const FIRST: readonly XdsType[] = ["CDS", "LDS", "EDS", "RDS"];

interface Subscription {
  readonly name: string;
  readonly sync: TypeSync;
}

/** All that a proxy asks for, in istioctl's order. */
function subscriptions({ types, others }: ProxySync): readonly Subscription[] {
  const core = FIRST.map((type) => ({ name: type, sync: types[type] }));
  const rest = [
    { url: "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", sync: types.ECDS },
    ...Object.entries(others).map(([url, sync]) => ({ url, sync })),
  ]
    .sort((a, b) => compareText(a.url, b.url))
    .map(({ url, sync }) => ({ name: shortTypeName(url), sync }));
  return [...core, ...rest].filter(({ sync }) => sync.state !== "ignored");
}

const byName = (proxies: readonly ProxySync[]): readonly ProxySync[] =>
  [...proxies].sort((a, b) => compareText(a.id, b.id));

/** istioctl prints `unknown` for a proxy that does not tell its release. */
const versionOf = ({ version }: ProxySync): string => version ?? "unknown";

/** The table of `istioctl proxy-status`. */
export const statusTable = (proxies: readonly ProxySync[]): TextTable => ({
  columns: ["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"],
  rows: byName(proxies).map((proxy) => {
    const names = subscriptions(proxy).map(({ name }) => name);
    const types = names.length > 0 ? `${names.length} (${names.join(",")})` : "0";
    return [proxy.id, proxy.cluster, proxy.istiod, versionOf(proxy), types];
  }),
});

/** The table of `istioctl proxy-status -v 1`: each type's state and how long ago it was sent. */
export function verboseStatusTable(proxies: readonly ProxySync[], now: Instant): TextTable {
  const others = new Set(proxies.flatMap((proxy) => Object.keys(proxy.others)));
  const columns = [
    ...XDS_TYPES.map((type) => ({
      name: type,
      url: URLS[type],
      of: (proxy: ProxySync) => proxy.types[type],
    })),
    ...[...others].map((url) => ({
      name: shortTypeName(url),
      url,
      of: (proxy: ProxySync) => proxy.others[url],
    })),
  ].sort((a, b) => compareText(a.url, b.url));
  return {
    columns: ["NAME", "CLUSTER", ...columns.map(({ name }) => name), "ISTIOD", "VERSION"],
    rows: byName(proxies).map((proxy) => [
      proxy.id,
      proxy.cluster,
      ...columns.map(({ of }) => stateText(of(proxy), now)),
      proxy.istiod,
      versionOf(proxy),
    ]),
  };
}

const URLS: Readonly<Record<XdsType, string>> = {
  CDS: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  LDS: "type.googleapis.com/envoy.config.listener.v3.Listener",
  EDS: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  RDS: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  ECDS: "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
};

function stateText(sync: TypeSync | undefined, now: Instant): string {
  const word = STATE_WORDS[sync?.state ?? "ignored"];
  const isAged = sync?.sentAt !== undefined && sync.state !== "not-sent";
  return isAged && sync.state !== "ignored"
    ? `${word} (${humanDuration(now - sync.sentAt)})`
    : word;
}

/** The proxies as `quarterdeck proxy-status -o json` prints them: all states by istioctl's names. */
export const statusJson = (proxies: readonly ProxySync[]): unknown =>
  byName(proxies).map((proxy) => ({
    name: proxy.id,
    cluster: proxy.cluster,
    istiod: proxy.istiod,
    version: versionOf(proxy),
    type: proxy.type ?? null,
    subscribedTypes: subscriptions(proxy).map(({ name }) => name),
    status: Object.fromEntries(
      XDS_TYPES.map((type) => [type, STATE_WORDS[proxy.types[type].state]]),
    ),
    errors: Object.fromEntries(
      subscriptions(proxy).flatMap(({ name, sync }) =>
        sync.error === undefined ? [] : [[name, sync.error]],
      ),
    ),
  }));
