import { groupBy } from "@/lib/base/group-by";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { scopesOf } from "../istioctl/mesh-hosts";
import { byText, fullName, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "service-entry-protocol-conflict",
  code: "IST0177",
  aliases: ["KIA1212"],
  level: "Warning",
  kinds: ["ServiceEntry"],
  reads: ["ServiceEntry"],
  title: "ServiceEntries give one port of a host different protocols",
  why: "istiod merges entries of the same host; which protocol its port then has depends on their order.",
  fix: "Use one ServiceEntry for the host, or the same protocol in all.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: shop }
spec: { hosts: [api.example.com], ports: [{ number: 80, name: http, protocol: HTTP }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: b, namespace: shop }
spec: { hosts: [api.example.com], ports: [{ number: 80, name: tcp, protocol: TCP }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: shop }
spec: { hosts: [api.example.com], exportTo: ["."], ports: [{ number: 80, name: http, protocol: HTTP }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: b, namespace: other }
spec: { hosts: [api.example.com], exportTo: ["."], ports: [{ number: 80, name: tcp, protocol: TCP }] }`,
  },
  istioctl: { analyzers: ["serviceentry.ConflictingServiceEntryProtocolAnalyzer"] },

  *check({ object, fields }, mesh) {
    const conflict = mesh.derive(protocolConflicts).get(object);
    if (!conflict) return;
    const { host, port, entries } = conflict;
    const rivals = [...new Set(entries.map((entry) => entry.object))];
    const names = rivals.map(({ metadata }) => fullName(metadata)).sort(byText);
    const protocols = [...new Set(entries.map((entry) => entry.protocol))].sort(byText).join(", ");
    const ports = fields.at("spec", "ports").items();
    const own = ports.find((field) => (field.at("number").number ?? 0) === port);
    yield {
      path: (own ?? fields.at("spec", "ports")).at("protocol").path,
      message: `${names.join(", ")} give port ${port} of ${host} the protocols ${protocols}.`,
      related: rivals
        .filter((other) => other !== object)
        .map(({ metadata }) => ({
          kind: "ServiceEntry",
          namespace: metadata.namespace ?? "",
          name: metadata.name,
          message: `Declares port ${port} of ${host} too.`,
        })),
      istioctl: {
        message: `Multiple ServiceEntries (${names.join(", ")}) define the same host ${quoted(host)} and port ${port} with conflicting protocols (${protocols}).`,
        at: ["metadata", "name"],
      },
    };
  },
});

interface Declared {
  readonly key: string;
  readonly scope: string;
  readonly host: string;
  readonly port: number;
  /** In upper case; empty where absent. */
  readonly protocol: string;
  readonly object: KubeObject;
}

interface Conflict extends Pick<Declared, "host" | "port"> {
  readonly entries: readonly Declared[];
}

/** The first conflict of each ServiceEntry: what one namespace sees of a host and port. */
function protocolConflicts(mesh: MeshView): ReadonlyMap<KubeObject, Conflict> {
  const declared = groupBy(mesh.list("ServiceEntry").flatMap(declaredPorts), ({ key }) => key);
  const found = new Map<KubeObject, Conflict>();
  for (const own of declared.values()) {
    const [first] = own;
    if (!first) continue;
    const { scope, host, port } = first;
    const open = scope === "*" ? [] : (declared.get(keyOf("*", host, port)) ?? []);
    const entries = [...own, ...open];
    if (new Set(entries.map(({ protocol }) => protocol)).size < 2) continue;
    for (const { object } of entries) {
      if (!found.has(object)) found.set(object, { host, port, entries });
    }
  }
  return found;
}

const keyOf = (scope: string, host: string, port: number): string =>
  JSON.stringify([scope, host, port]);

function declaredPorts(object: KubeObject): readonly Declared[] {
  const spec = new Field(object).at("spec");
  const scopes = scopesOf(spec.at("exportTo").items(), object.metadata.namespace ?? "");
  return [...scopes].flatMap((scope) =>
    spec
      .at("hosts")
      .items()
      .flatMap(({ value }) =>
        spec
          .at("ports")
          .items()
          .map((field) => {
            const host = typeof value === "string" ? value : "";
            const port = field.at("number").number ?? 0;
            const protocol = (field.at("protocol").text ?? "").toUpperCase();
            return { key: keyOf(scope, host, port), scope, host, port, protocol, object };
          }),
      ),
  );
}
