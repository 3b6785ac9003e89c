import { expect, test } from "vitest";
import { bootstrapFacts } from "./bootstrap-facts";
import { readConfigDump } from "./config-dump";

const dumpOf = (bootstrap: object) =>
  readConfigDump({
    configs: [
      { "@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump", bootstrap },
      {
        "@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump",
        static_clusters: [{ cluster: { name: "xds-grpc" } }, { cluster: { name: "agent" } }],
        dynamic_active_clusters: [{ cluster: { name: "outbound|80||a" } }],
      },
    ],
  }) ?? { sections: new Map() };

test("tells who the proxy is, whom it asks, and what it has from its start", () => {
  const facts = bootstrapFacts(
    dumpOf({
      node: {
        id: "sidecar~10.0.0.1~cart-1.shop~shop.svc.cluster.local",
        locality: { region: "eu", zone: "a" },
        user_agent_build_version: { version: { major_number: 1, minor_number: 38, patch: 2 } },
        metadata: {
          ISTIO_VERSION: "1.30.1",
          WORKLOAD_NAME: "cart",
          UNPRIVILEGED_POD: true,
          LABELS: { app: "cart" },
          PROXY_CONFIG: { discoveryAddress: "istiod:15012", concurrency: 2, proxyMetadata: {} },
        },
      },
      admin: { address: { socket_address: { address: "127.0.0.1", port_value: 15000 } } },
      dynamic_resources: {
        ads_config: {
          api_type: "DELTA_GRPC",
          grpc_services: [{ envoy_grpc: { cluster_name: "xds-grpc" } }],
        },
      },
    }),
  );
  const table = Object.fromEntries(
    facts.map(({ group, name, value }) => [`${group}: ${name}`, value]),
  );
  expect(table).toEqual({
    "Node: Id": "sidecar~10.0.0.1~cart-1.shop~shop.svc.cluster.local",
    "Node: Istio": "1.30.1",
    "Node: Envoy": "1.38.2",
    "Node: Locality": "eu/a",
    "Workload: Workload": "cart",
    "Workload: Unprivileged": "true",
    "Workload: Label app": "cart",
    "Proxy configuration: Discovery address": "istiod:15012",
    "Proxy configuration: Concurrency": "2",
    "Control plane: Asks for configuration by": "DELTA_GRPC",
    "Control plane: Through the cluster": "xds-grpc",
    "Static resources: Clusters": "xds-grpc, agent",
    "Static resources: Admin page": "127.0.0.1:15000",
  });
});

test("a bootstrap without anything, and a dump without one, tell nothing", () => {
  expect(bootstrapFacts({ sections: new Map() })).toEqual([]);
  expect(bootstrapFacts(dumpOf({})).map(({ name }) => name)).toEqual(["Clusters"]);
});
