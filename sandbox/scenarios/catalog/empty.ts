import { gatewayWorkload } from "../gateway-workload";
import { istioSystemObjects } from "../istio-system-objects";
import { namespaceObject } from "../object-builders";
import type { Scenario } from "../scenario";

const INGRESS = { namespace: "istio-ingress", name: "istio-ingressgateway" } as const;

/** What one's own objects are loaded into. */
export const scenario: Scenario = {
  name: "empty",
  summary: "Istio with an ingress gateway, and nothing else.",
  parameter: undefined,
  make: () => ({
    objects: [
      ...istioSystemObjects,
      namespaceObject(INGRESS.namespace, false),
      ...gatewayWorkload({
        ...INGRESS,
        istio: "ingressgateway",
        type: "LoadBalancer",
        ports: [
          { name: "http2", port: 80, targetPort: 8080 },
          { name: "https", port: 443, targetPort: 8443 },
        ],
      }),
    ],
    traffic: { loads: [], apps: {} },
  }),
};
