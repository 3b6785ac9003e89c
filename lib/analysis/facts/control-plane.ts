import type { Subject } from "../rule";
import { labelsOf } from "./pods";

/** Whether an object is part of Istio itself: of istiod or one of its gateways. */
export function isControlPlane({ object }: Pick<Subject, "object">): boolean {
  const labels = labelsOf(object);
  return "istio" in labels || labels["release"] === "istio";
}

const MANAGED: ReadonlySet<string> = new Set([
  "istio.io-gateway-controller",
  "istio.io-mesh-controller",
  "istio.io-eastwest-controller",
]);

/** Whether istiod made the object for a Gateway of the Gateway API. */
export const isGatewayManaged = ({ object }: Pick<Subject, "object">): boolean =>
  MANAGED.has(labelsOf(object)["gateway.istio.io/managed"] ?? "");
