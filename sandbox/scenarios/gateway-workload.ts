import type { KubeObject } from "@/lib/k8s/object";
import { service, serviceAccount } from "./object-builders";

/** A gateway's Deployment with its account and Service, as Istio's own chart installs them. */
export function gatewayWorkload(options: {
  readonly namespace: string;
  readonly name: string;
  /** The label that Gateways select by. */
  readonly istio: string;
  readonly clusterIP?: string;
  readonly type?: string;
  readonly replicas?: number;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly targetPort: number;
  }[];
}): readonly KubeObject[] {
  const { namespace, name, istio, replicas = 1, ports, ...given } = options;
  const labels = { app: name, istio };
  return [
    serviceAccount(namespace, name),
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: name,
            containers: [
              {
                name: "istio-proxy",
                image: "docker.io/istio/proxyv2:1.30.1",
                args: ["proxy", "router"],
                ports: [
                  ...ports.map((port) => ({
                    containerPort: port.targetPort,
                    name: port.name,
                    protocol: "TCP",
                  })),
                  { containerPort: 15_090, name: "http-envoy-prom", protocol: "TCP" },
                ],
              },
            ],
          },
        },
      },
    },
    service({ namespace, name, selector: labels, ports, ...given }),
  ];
}
