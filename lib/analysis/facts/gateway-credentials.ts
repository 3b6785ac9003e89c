import type { MeshView } from "@/lib/mesh/view";
import type { Field } from "../field";
import type { Subject } from "../rule";
import { podsWith } from "./pods";

/** A server's credentialName, and the Secret that it means, as `namespace` and `name`. */
export interface CredentialUse {
  readonly field: Field;
  readonly written: string;
  readonly namespace: string;
  readonly name: string;
  /** The namespace of the gateway's pods. */
  readonly proxyNamespace: string;
}

/**
 * The secrets that a Gateway's servers name. They are looked for where its pods are, not where the
 * Gateway is; without pods there is nothing to say. Reads Pod.
 */
export function credentialUses({ fields }: Subject, mesh: MeshView): readonly CredentialUse[] {
  const spec = fields.at("spec");
  const pod = podsWith(mesh, spec.at("selector").labels())[0];
  if (!pod) return [];
  const proxyNamespace = pod.metadata.namespace ?? "";
  // istioctl takes an empty namespace for "no pod".
  if (proxyNamespace === "") return [];
  return spec
    .at("servers")
    .items()
    .flatMap((server) => {
      const field = server.at("tls", "credentialName");
      if (field.text === undefined) return [];
      const slash = field.text.indexOf("/");
      return [
        {
          field,
          written: field.text,
          namespace: slash < 0 ? proxyNamespace : field.text.slice(0, slash),
          name: field.text.slice(slash + 1),
          proxyNamespace,
        },
      ];
    });
}
