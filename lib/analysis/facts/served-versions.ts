import type { Subject } from "../rule";

/** A kind of the Gateway API as a CustomResourceDefinition serves it. */
export interface GatewayApiKind {
  readonly kind: string;
  readonly served: readonly string[];
}

const GROUP = "gateway.networking.k8s.io";

/** What a CustomResourceDefinition serves; undefined for kinds of other groups. */
export function gatewayApiKind({ fields }: Subject): GatewayApiKind | undefined {
  const spec = fields.at("spec");
  const kind = spec.at("names", "kind").text;
  if (spec.at("group").text !== GROUP || kind === undefined) return undefined;
  const served = spec
    .at("versions")
    .items()
    .filter((version) => version.at("served").value === true)
    .flatMap((version) => version.at("name").text ?? []);
  return { kind, served };
}

/** The versions in words. */
export const servedWords = ({ served }: GatewayApiKind): string =>
  served.length === 0 ? "no version" : [...served].sort().join(", ");
