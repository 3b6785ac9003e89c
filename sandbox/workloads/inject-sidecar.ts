import type { PodTemplate } from "@/lib/k8s/deployment";
import type { KubeObject } from "@/lib/k8s/object";

type Labels = Readonly<Record<string, string>>;

/** The parts of a Pod that come from its template. */
export interface PodParts {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: Readonly<Record<string, unknown>>;
}

const PROXY = {
  name: "istio-proxy",
  image: "docker.io/istio/proxyv2:1.30.1",
  args: ["proxy", "sidecar"],
  ports: [{ containerPort: 15_090, name: "http-envoy-prom", protocol: "TCP" }],
};

/**
 * What the API server's admission makes of a template: Istio's injector adds the proxy where the
 * namespace asks for it and the pod does not refuse.
 *
 * Source: the injection rules of Istio's documentation (labels win over annotations, the pod over
 * its namespace).
 */
export function podParts(template: PodTemplate, namespace: KubeObject | undefined): PodParts {
  const labels = template.metadata?.labels ?? {};
  const annotations = template.metadata?.annotations ?? {};
  const spec = { ...template.spec } as Record<string, unknown>;
  const containers = template.spec?.containers ?? [];
  const isProxy = containers.some(({ name }) => name === PROXY.name);
  const isGateway = isProxy && containers.length === 1;
  if (!isProxy && !wantsSidecar({ ...annotations, ...labels }, namespace)) {
    return { labels, annotations, spec };
  }
  const app = labels["app"] ?? labels["app.kubernetes.io/name"];
  const revision = labels["version"] ?? labels["app.kubernetes.io/version"] ?? "latest";
  return {
    labels: {
      // Istio's template of gateways leaves it out: their listeners take what their Gateways say.
      ...(isGateway ? {} : { "security.istio.io/tlsMode": "istio" }),
      ...(app ? { "service.istio.io/canonical-name": app } : {}),
      "service.istio.io/canonical-revision": revision,
      ...labels,
    },
    annotations: {
      "sidecar.istio.io/status": JSON.stringify({ containers: [PROXY.name], revision: "default" }),
      ...annotations,
    },
    spec: { ...spec, containers: isProxy ? containers : [...containers, PROXY] },
  };
}

function wantsSidecar(marks: Labels, namespace: KubeObject | undefined): boolean {
  const asked = marks["sidecar.istio.io/inject"];
  if (asked !== undefined) return asked === "true";
  const labels = namespace?.metadata.labels ?? {};
  return labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined;
}
