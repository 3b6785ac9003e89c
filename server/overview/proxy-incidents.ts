import type { Instant } from "@/lib/base/units";
import { kindInfo } from "@/lib/istio/kinds";
import type { MeshView } from "@/lib/mesh/view";
import { firstError, proxyCause, type ProxyCause, xdsWord } from "@/lib/xds/proxy-state";
import type { ProxySync } from "@/lib/xds/sync-status";
import { causeKey, type Why, whySynced } from "@/lib/xds/why/why";
import type { Action, Incident } from "./incident";

/** More proxies than this are counted, not named. */
const NAMED_PROXIES = 3;

/** Proxies with one cause. */
interface CauseGroup {
  readonly cause: ProxyCause;
  readonly why: Why;
  readonly proxies: ProxySync[];
}

/**
 * Proxies that do not hold what istiod sent, one incident for each cause, with the object that did
 * it. A push that is merely under way is none.
 */
export function proxyIncidents(
  mesh: MeshView,
  proxies: readonly ProxySync[],
  now: Instant,
): Incident[] {
  const byCause = new Map<string, CauseGroup>();
  for (const proxy of proxies) {
    const cause = proxyCause(proxy, now);
    if (cause.state !== "refused" && cause.state !== "late") continue;
    const why = whySynced(mesh, proxy, { now });
    const known = byCause.get(causeKey(why));
    if (known) known.proxies.push(proxy);
    else byCause.set(causeKey(why), { cause, why, proxies: [proxy] });
  }
  return [...byCause].map(([id, group]) => incidentOf(id, group, now));
}

function incidentOf(id: string, { cause, why, proxies }: CauseGroup, now: Instant): Incident {
  const [first] = proxies;
  const types = cause.types.map(xdsWord).join(" and ");
  const many = proxies.length > 1;
  const subject = `${proxies.length} ${many ? "proxies" : "proxy"}`;
  const refused = cause.state === "refused";
  const error = proxies.map((proxy) => firstError(proxy)?.error).find((text) => text !== undefined);
  const since = proxies.flatMap((proxy) => proxyCause(proxy, now).since ?? []);
  const names = proxies.slice(0, NAMED_PROXIES).map(({ id }) => id);
  const more = proxies.length - names.length;
  const target =
    first && !many
      ? { page: "proxies" as const, proxy: { namespace: first.namespace, name: first.pod } }
      : { page: "proxies" as const };
  const culprit = why.culprit?.object;
  const kind = culprit && kindInfo(culprit.kind).kind;
  const openCulprit: readonly Action[] = culprit
    ? [
        {
          label: `Open ${kind} ${culprit.name}`,
          target: { page: "config", ref: culprit },
        },
      ]
    : [];
  return {
    id: `proxies ${id}`,
    status: refused ? "fail" : "warn",
    title: refused
      ? `${subject} ${many ? "refuse" : "refuses"} ${many ? "their" : "its"} ${types}`
      : `${subject} ${many ? "have" : "has"} not acknowledged ${types}`,
    target,
    cause: [
      `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
      error ? `Envoy: “${error.trim()}”` : "",
      culprit && kind ? `It comes from ${kind} ${culprit.namespace}/${culprit.name}.` : "",
      refused
        ? "They keep the last configuration that they accepted."
        : "They route by what they held before.",
    ]
      .filter((sentence) => sentence !== "")
      .join(" "),
    since: since.length > 0 ? (Math.min(...since) as Instant) : undefined,
    sinceOrEarlier: false,
    actions: [
      {
        label: many ? `Show the ${proxies.length} proxies` : `Show what ${first?.pod} holds`,
        target,
      },
      ...openCulprit,
    ],
    evidence: undefined,
    weight: proxies.length,
  };
}
