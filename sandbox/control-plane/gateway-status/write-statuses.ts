import type { KindId } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { ObjectStore, SimulationClock } from "@/sandbox/contracts";
import { type Condition, stored, type StoredCondition } from "./condition";
import { gatewayStatus } from "./gateway-status";
import { routeStatus } from "./route-status";

/** istiod writes statuses so long after a change, in ms. */
const DELAY_MS = 100;

const ROUTES: readonly KindId[] = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"];
/** What statuses are made of. */
const SOURCES: ReadonlySet<KindId> = new Set<KindId>([
  "KubernetesGateway",
  ...ROUTES,
  "Service",
  "ServiceEntry",
  "Namespace",
  "ReferenceGrant",
]);

/**
 * Keeps the statuses of Gateways and routes of the Gateway API true, as istiod does: written upon a
 * change that makes them others. Returns how to stop.
 *
 * @param runs whether any istiod is there to write
 */
export function writeStatuses(
  store: ObjectStore,
  clock: SimulationClock,
  runs: () => boolean,
): () => void {
  let cancel: (() => void) | undefined;
  const write = (): void => {
    cancel = undefined;
    if (!runs()) return;
    const now = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
    const mesh = store.view();
    for (const kind of ["KubernetesGateway", ...ROUTES] as const) {
      for (const object of mesh.list(kind)) {
        const status = statusOf(mesh, object, now);
        if (!status || JSON.stringify(status) === JSON.stringify(object["status"])) continue;
        if (store.get(kind, object.metadata.namespace ?? "", object.metadata.name)) {
          store.update({ ...object, status });
        }
      }
    }
  };
  const schedule = (): void => {
    cancel ??= clock.after(DELAY_MS, write);
  };
  const concerned = (): boolean =>
    ["KubernetesGateway" as const, ...ROUTES].some((kind) => store.view().list(kind).length > 0);
  const unsubscribe = store.subscribe(({ kind }) => {
    if (kind && SOURCES.has(kind) && concerned()) schedule();
  });
  if (concerned()) schedule();
  return () => {
    unsubscribe();
    cancel?.();
  };
}

function statusOf(mesh: MeshView, object: KubeObject, now: string) {
  const generation = Number(object.metadata["generation"] ?? 1);
  const before = isRecord(object["status"]) ? object["status"] : {};
  const kept = (conditions: readonly Condition[], known: unknown) =>
    stored(conditions, conditionsIn(known), { now, generation });
  if (object.kind === "Gateway") {
    const status = gatewayStatus(mesh, object);
    if (!status) return undefined;
    const entries = listIn(before["listeners"]);
    return {
      ...(status.addresses.length > 0 ? { addresses: status.addresses } : {}),
      conditions: kept(status.conditions, before["conditions"]),
      listeners: status.listeners.map(({ conditions, ...listener }) => {
        const old = entries.find(({ name }) => name === listener.name);
        return { ...listener, conditions: kept(conditions, old?.["conditions"]) };
      }),
    };
  }
  const entries = listIn(before["parents"]);
  return {
    parents: routeStatus(mesh, object).map(({ conditions, ...parent }) => {
      const same = JSON.stringify(parent.parentRef);
      const old = entries.find(({ parentRef }) => JSON.stringify(parentRef) === same);
      return { ...parent, conditions: kept(conditions, old?.["conditions"]) };
    }),
  };
}

const listIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const conditionsIn = (value: unknown): readonly StoredCondition[] =>
  listIn(value).filter(
    (one): one is Readonly<Record<string, unknown>> & StoredCondition =>
      typeof one["type"] === "string" && typeof one["lastTransitionTime"] === "string",
  );
