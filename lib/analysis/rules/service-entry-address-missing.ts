import { givenMeshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "service-entry-address-missing",
  code: "IST0134",
  aliases: [],
  level: "Warning",
  kinds: ["ServiceEntry"],
  reads: ["ConfigMap"],
  title: "A ServiceEntry for TCP has no address",
  why:
    "TCP has no host to route by, only an address. Without one the listener takes all traffic to its " +
    "port, to other hosts too.",
  fix: "Name the addresses of the hosts, or turn on the automatic allocation of addresses.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db, namespace: shop }
spec: { hosts: [db.example.com], ports: [{ number: 5432, name: tcp, protocol: TCP }], resolution: DNS }`,
    good: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db, namespace: shop }
spec:
  hosts: [db.example.com]
  addresses: [10.1.2.3]
  ports: [{ number: 5432, name: tcp, protocol: TCP }]
  resolution: DNS`,
  },
  istioctl: { analyzers: ["serviceentry.Analyzer"] },

  *check({ fields }, mesh) {
    const spec = fields.at("spec");
    const allocated = fields.at("status", "addresses").items().length > 0;
    if (spec.at("addresses").items().length > 0 || allocated) return;
    if (mesh.derive(allocatesAddresses)) return;
    for (const port of spec.at("ports").items()) {
      const protocol = port.at("protocol").text;
      if (protocol !== undefined && protocol.toUpperCase() !== "TCP") continue;
      const number = port.at("number");
      yield {
        path: number.exists ? number.path : port.path,
        message: `Port ${number.number ?? "?"} is TCP and no address is named, so it takes traffic of other hosts too.`,
        istioctl: {
          message: "ServiceEntry addresses are required for this protocol.",
          at: port.at("name").path,
        },
      };
    }
  },
});

/** Whether sidecars answer DNS themselves and give hosts addresses of their own. */
function allocatesAddresses(mesh: MeshView): boolean {
  const config = new Field(mesh.derive(givenMeshConfig)).at("defaultConfig", "proxyMetadata");
  const isOn = (name: string): boolean => config.at(name).value === "true";
  return (
    isOn("ISTIO_META_DNS_CAPTURE") &&
    (isOn("ISTIO_META_DNS_AUTO_ALLOCATE") || isOn("PILOT_ENABLE_IP_AUTOALLOCATE"))
  );
}
