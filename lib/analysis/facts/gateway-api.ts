import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";

/** One listener of a Gateway of the Gateway API. */
export interface Listener {
  readonly field: Field;
  /** Equal for listeners that cannot be told apart. */
  readonly key: string;
  /** `any host` where it names none. */
  readonly hostname: string;
  readonly port: number;
  readonly object: KubeObject;
}

/** The listeners of a Gateway. Those of waypoints are all alike, each for its own services. */
export function* listenersOf(
  object: KubeObject,
  { waypoints = false }: { readonly waypoints?: boolean } = {},
): Iterable<Listener> {
  for (const field of new Field(object).at("spec", "listeners").items()) {
    const port = field.at("port").number;
    const protocol = field.at("protocol").text ?? "";
    if (port === undefined || (protocol === "HBONE" && !waypoints)) continue;
    const hostname = field.at("hostname").text;
    const key = JSON.stringify([hostname ?? "", port, protocol]);
    yield { field, key, hostname: hostname ?? "any host", port, object };
  }
}

/** The listeners of all Gateways. Kiali compares none without a hostname, and none of Gateways of one name. */
export const listenersByKey: MeshIndex<Listener> = {
  kinds: ["KubernetesGateway"],
  *entries(object) {
    for (const listener of listenersOf(object)) yield [listener.key, listener];
  },
};
