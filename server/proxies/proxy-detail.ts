import { AppError } from "@/lib/base/errors";
import type { Instant } from "@/lib/base/units";
import type { TypeSync } from "@/lib/xds/sync-status";
import type { XdsType } from "@/lib/xds/xds-type";
import type { MeshView } from "@/lib/mesh/view";
import { type ProxyPodFacts, proxyPodFacts } from "./mesh-proxies";
import { type ProxyRow, proxyTable } from "./proxy-table";
import type { SyncSnapshot } from "./sync-collector";

/** One proxy with all that the istiods and the cluster say of it. */
export interface ProxyDetail {
  readonly row: ProxyRow;
  readonly pod: ProxyPodFacts | undefined;
  /** The five types with their times and errors; `null` for a proxy that no istiod knows. */
  readonly types: Readonly<Record<XdsType, TypeSync>> | null;
  readonly at: Instant | undefined;
}

/** What is known of one proxy. @throws AppError `not-found` when neither istiods nor cluster know it */
export function proxyDetail(
  snapshot: SyncSnapshot,
  mesh: MeshView,
  now: Instant,
  proxy: { readonly namespace: string; readonly name: string },
): ProxyDetail {
  const id = `${proxy.name}.${proxy.namespace}`;
  const row = proxyTable(snapshot, mesh, now).rows.find((each) => each.id === id);
  if (!row) {
    throw new AppError("not-found", `No proxy ${proxy.name} in namespace ${proxy.namespace}`, {
      hint: "Its pod may have been replaced: choose another one from the table.",
    });
  }
  return {
    row,
    pod: mesh.derive(proxyPodFacts).get(id),
    types: snapshot.proxies.find((each) => each.id === id)?.types ?? null,
    at: snapshot.at,
  };
}
