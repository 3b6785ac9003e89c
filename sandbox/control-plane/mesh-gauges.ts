import { destinationRules } from "@/lib/mesh/destination-rules";
import { endpoints } from "@/lib/mesh/endpoints";
import { keepFact } from "@/lib/mesh/kept-fact";
import { registry } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import { virtualServices } from "@/lib/mesh/virtual-services";
import { FAULT_METRICS } from "./push-status";

/** What istiod counts in the mesh itself. */
export interface MeshGauges {
  readonly services: number;
  /** By metric, what the last push found to be wrong. */
  readonly faulty: Readonly<Record<string, number>>;
}

/** Worked out once a version of the mesh: use with `mesh.derive`. */
export const meshGauges = (mesh: MeshView): MeshGauges => ({
  services: mesh.derive(registry).services.length,
  faulty: {
    pilot_no_ip: 0,
    pilot_endpoint_not_ready: 0,
    ...Object.fromEntries(
      Object.entries(FAULT_METRICS).map(([metric, find]) => [metric, find(mesh).length]),
    ),
  },
});

keepFact(meshGauges, {
  kinds: ["Pod", "EndpointSlice"],
  facts: [registry, endpoints, virtualServices, destinationRules],
});
