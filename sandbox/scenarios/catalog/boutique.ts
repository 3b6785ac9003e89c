import { boutiqueObjects, INGRESS, SHOP } from "../boutique/boutique-objects";
import { BOUTIQUE_SERVICES } from "../boutique/boutique-services";
import type { Scenario } from "../scenario";

const request = (weight: number, path: string, method = "GET") => ({
  weight,
  method,
  authority: SHOP,
  path,
  headers: { "user-agent": "python-requests/2.32.3" },
});

/** Google's Online Boutique, spread over a mesh of some size. */
export const scenario: Scenario = {
  name: "boutique",
  summary: "A shop of gRPC services in three namespaces, with both gateways and a virtual machine.",
  parameter: undefined,
  make: () => ({
    objects: boutiqueObjects,
    traffic: {
      loads: [
        {
          service: { ...INGRESS, port: 80 },
          requestsPerSecond: 20,
          requests: [
            request(30, "/"),
            request(50, "/product/OLJCESPC7Z"),
            request(15, "/cart"),
            request(5, "/cart/checkout", "POST"),
          ],
        },
      ],
      apps: Object.fromEntries(
        BOUTIQUE_SERVICES.map(({ namespace, name, app }) => [`${namespace}/${name}`, app]),
      ),
    },
  }),
};
