import type { KindId } from "@/lib/istio/kinds";
import type { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "condition-negative",
  code: "IST0171",
  aliases: [],
  level: "Warning",
  kinds: [
    "Service",
    "ServiceEntry",
    "WorkloadEntry",
    "AuthorizationPolicy",
    "KubernetesGateway",
    "HTTPRoute",
    "GRPCRoute",
  ],
  reads: [],
  title: "The control plane says of an object that it does not work",
  why: "istiod or ztunnel looked at the object and could not do what it asks for.",
  fix: "Read the condition's reason and message, and mend what they name.",
  examples: {
    bad: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
status: { conditions: [{ type: Programmed, status: "False", reason: Invalid, message: no address }] }`,
    good: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
status: { conditions: [{ type: Programmed, status: "True", reason: Programmed, message: "" }] }`,
  },
  istioctl: {
    analyzers: ["conditions.ConditionAnalyzer"],
    *check({ kind, fields }) {
      for (const condition of conditionsOf(kind, fields.at("status"))) {
        const { type, status, reason, text } = partsOf(condition);
        // What it looks for of a type that it does not know is empty, as a status that is missing.
        const sought = watched(kind).includes(type) ? "False" : "";
        const message = `A condition with a negative status is present: type=${type}, reason=${reason}, message=${text}.`;
        if (status === sought) yield { message };
        if (isPartial(kind, condition)) yield { message };
      }
    },
  },

  *check({ kind, fields }) {
    for (const condition of conditionsOf(kind, fields.at("status"))) {
      const { type, status, reason, text } = partsOf(condition);
      const partial = isPartial(kind, condition);
      if (!partial && !(status === "False" && watched(kind).includes(type))) continue;
      yield {
        path: condition.path,
        message:
          `The control plane reports ${type} as ${partial ? "partly" : ""} false (${reason}): ${text}.`
            .replace("  ", " ")
            .replace(/\.\.$/, "."),
      };
    }
  },
});

const partsOf = (condition: Field) => ({
  type: condition.at("type").text ?? "",
  status: condition.at("status").text ?? "",
  reason: condition.at("reason").text ?? "",
  text: condition.at("message").text ?? "",
});

function isPartial(kind: KindId, condition: Field): boolean {
  const { type, reason } = partsOf(condition);
  return (
    kind === "AuthorizationPolicy" && type === "WaypointAccepted" && reason === "PartiallyInvalid"
  );
}

const ROUTES: readonly KindId[] = ["HTTPRoute", "GRPCRoute"];

function watched(kind: KindId): readonly string[] {
  if (kind === "AuthorizationPolicy") return ["ZtunnelAccepted", "WaypointAccepted"];
  if (kind === "KubernetesGateway" || ROUTES.includes(kind)) {
    return ["Accepted", "Programmed", "ResolvedRefs"];
  }
  return ["istio.io/WaypointBound"];
}

function conditionsOf(kind: KindId, status: Field): readonly Field[] {
  if (!ROUTES.includes(kind)) return status.at("conditions").items();
  return status
    .at("parents")
    .items()
    .flatMap((parent) => parent.at("conditions").items());
}
