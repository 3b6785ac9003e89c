import { endpoints } from "@/lib/mesh/endpoints";
import { keepFact } from "@/lib/mesh/kept-fact";
import { meshConfig } from "@/lib/mesh/mesh-config";
import { registry } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import { pushStatus } from "./policy-pages";

/** What istiod counts in the mesh itself. */
export interface MeshGauges {
  readonly services: number;
  /** By metric, what the last push found to be wrong. */
  readonly faulty: Readonly<Record<string, number>>;
}

/** Worked out once a version of the mesh: use with `mesh.derive`. */
export function meshGauges(mesh: MeshView): MeshGauges {
  const { services } = mesh.derive(registry);
  const known = mesh.derive(endpoints);
  const empty = services.reduce((sum, service) => {
    if (service.resolution === "NONE") return sum;
    return sum + service.ports.filter((port) => known.of(service, port).length === 0).length;
  }, 0);
  const duplicates = pushStatus(mesh)["pilot_vservice_dup_domain"] ?? {};
  return {
    services: services.length,
    faulty: {
      pilot_vservice_dup_domain: Object.keys(duplicates).length,
      pilot_eds_no_instances: empty,
      pilot_destrule_subsets: 0,
      pilot_duplicate_envoy_clusters: 0,
      pilot_conflict_inbound_listener: 0,
      pilot_conflict_outbound_listener_tcp_over_current_tcp: 0,
      pilot_no_ip: 0,
      endpoint_no_pod: 0,
    },
  };
}

keepFact(meshGauges, { kinds: ["VirtualService"], facts: [registry, endpoints, meshConfig] });
