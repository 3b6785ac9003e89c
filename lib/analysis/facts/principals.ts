import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import type { Field } from "../field";
import type { Subject } from "../rule";

/** A principal as an AuthorizationPolicy writes it, and its parts as far as it has them. */
interface Principal {
  readonly field: Field;
  readonly text: string;
  readonly domain: string | undefined;
  readonly namespace: string | undefined;
  readonly account: string | undefined;
}

/** Every principal that a policy lets match. */
export function* principalsOf({ fields }: Subject): Iterable<Principal> {
  for (const rule of fields.at("spec", "rules").items()) {
    for (const from of rule.at("from").items()) {
      for (const field of from.at("source", "principals").items()) {
        if (field.text === undefined) continue;
        const [, domain, namespace, account] =
          /^(.+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(field.text) ?? [];
        yield { field, text: field.text, domain, namespace, account };
      }
    }
  }
}

/** The trust domains that stand for this mesh. istiod reads `cluster.local` as its own. */
export function trustDomains(mesh: MeshView): ReadonlySet<string> {
  const { trustDomain, trustDomainAliases } = mesh.derive(meshConfig);
  return new Set([trustDomain, ...trustDomainAliases, "cluster.local"]);
}
