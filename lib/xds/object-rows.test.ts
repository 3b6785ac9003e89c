import { expect, test } from "vitest";
import { readConfigDump } from "./config-dump";
import { objectRows } from "./object-rows";

const ADMIN = "type.googleapis.com/envoy.admin.v3.";
const madeBy = (kind: string, name: string) => ({
  filter_metadata: {
    istio: { config: `/apis/networking.istio.io/v1/namespaces/shop/${kind}/${name}` },
  },
});

test("objects are found by istiod's marks, by keys of policies, and by names of a gateway's routes", () => {
  const route = { name: "r", match: { prefix: "/" }, route: { cluster: "c" } };
  const dump = readConfigDump({
    configs: [
      {
        "@type": `${ADMIN}ClustersConfigDump`,
        dynamic_active_clusters: ["outbound|80|v1|a", "outbound|80||a"].map((name) => ({
          cluster: { name, metadata: madeBy("destination-rule", "a") },
        })),
      },
      {
        "@type": `${ADMIN}RoutesConfigDump`,
        dynamic_route_configs: ["80", "https.443.web.edge.shop"].map((name) => ({
          route_config: {
            name,
            virtual_hosts: [{ routes: [{ ...route, metadata: madeBy("virtual-service", "a") }] }],
          },
        })),
      },
      {
        "@type": `${ADMIN}ListenersConfigDump`,
        dynamic_listeners: [
          {
            active_state: {
              listener: {
                name: "virtualInbound",
                filter_chains: [
                  {
                    filters: [
                      {
                        name: "envoy.filters.network.rbac",
                        typed_config: {
                          rules: { policies: { "ns[shop]-policy[closed]-rule[0]": {} } },
                        },
                      },
                    ],
                  },
                ],
              },
            },
          },
        ],
      },
    ],
  });
  expect(dump && objectRows(dump)).toEqual([
    {
      object: { kind: "AuthorizationPolicy", namespace: "shop", name: "closed" },
      ...{ listeners: ["virtualInbound"], routes: [], clusters: [] },
    },
    {
      object: { kind: "DestinationRule", namespace: "shop", name: "a" },
      ...{ listeners: [], routes: [], clusters: ["outbound|80|v1|a", "outbound|80||a"] },
    },
    {
      object: { kind: "Gateway", namespace: "shop", name: "edge" },
      ...{ listeners: [], routes: ["https.443.web.edge.shop"], clusters: [] },
    },
    {
      object: { kind: "VirtualService", namespace: "shop", name: "a" },
      ...{ listeners: [], routes: ["80", "https.443.web.edge.shop"], clusters: [] },
    },
  ]);
});
