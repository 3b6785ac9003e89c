import { isRecord } from "@/lib/k8s/json-value";
import { givenMeshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { defineRule, type Report, type Subject } from "../rule";

export const rule = defineRule({
  id: "feature-deprecated",
  code: "IST0002",
  aliases: [],
  level: "Warning",
  kinds: ["VirtualService", "Sidecar", "Telemetry", "CustomResourceDefinition"],
  reads: ["ConfigMap"],
  title: "Configuration uses what Istio no longer has, or soon will not",
  why: "Deprecated fields are ignored or go away with a later release; nothing else says so.",
  fix: "Use what has taken its place.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ fault: { delay: { percent: 50, fixedDelay: 5s } } }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: traces, namespace: shop }
spec: { tracing: [{ providers: [{ name: zipkin }] }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ fault: { delay: { percentage: { value: 50 }, fixedDelay: 5s } } }] }`,
  },
  istioctl: {
    analyzers: ["deprecation.DeprecationAnalyzer", "telemetry.LightstepAnalyzer"],
  },

  check(subject, mesh) {
    switch (subject.kind) {
      case "VirtualService":
        return delays(subject);
      case "Sidecar":
        return egressProxy(subject);
      case "Telemetry":
        return lightstep(subject, mesh);
      default:
        return removedKinds(subject);
    }
  },
});

function* delays({ fields }: Subject): Iterable<Report> {
  for (const route of fields.at("spec", "http").items()) {
    const percent = route.at("fault", "delay", "percent");
    if ((percent.number ?? 0) <= 0) continue;
    yield {
      path: percent.path,
      message: "fault.delay.percent is deprecated; percentage has taken its place.",
      fixes: [
        {
          title: "Use percentage",
          edits: [
            {
              op: "set",
              path: [...percent.path.slice(0, -1), "percentage"],
              value: { value: percent.number },
            },
            { op: "remove", path: percent.path },
          ],
        },
      ],
      istioctl: {
        message:
          "Deprecated: HTTPRoute.fault.delay.percent is deprecated; use HTTPRoute.fault.delay.percentage",
      },
    };
  }
}

function* egressProxy({ fields }: Subject): Iterable<Report> {
  const field = fields.at("spec", "outboundTrafficPolicy", "egressProxy");
  if (!field.exists) return;
  yield {
    path: field.path,
    message: "outboundTrafficPolicy.egressProxy is deprecated and ignored.",
    fixes: [{ title: "Remove egressProxy", edits: [{ op: "remove", path: field.path }] }],
    istioctl: { message: "Deprecated: OutboundTrafficPolicy.EgressProxy ignored" },
  };
}

function* lightstep({ fields }: Subject, mesh: MeshView): Iterable<Report> {
  const gone = mesh.derive(lightstepProviders);
  for (const tracing of fields.at("spec", "tracing").items()) {
    for (const provider of tracing.at("providers").items()) {
      const name = provider.at("name");
      if (!gone.has(name.text ?? "")) continue;
      yield {
        path: name.path,
        message: `The provider ${name.text ?? ""} is of the kind lightstep, which is deprecated; use opentelemetry.`,
        istioctl: {
          message: `Deprecated: The Lightstep provider ${name.text ?? ""} is deprecated, please migrate to OpenTelemetry provider.`,
        },
      };
    }
  }
}

const lightstepProviders = (mesh: MeshView): ReadonlySet<string> =>
  new Set(
    new Field(mesh.derive(givenMeshConfig))
      .at("extensionProviders")
      .items()
      .filter((provider) => isRecord(provider.at("lightstep").value))
      .map((provider) => provider.at("name").text ?? ""),
  );

const REMOVED: ReadonlySet<string> = new Set([
  "ClusterRbacConfig",
  "RbacConfig",
  "ServiceRole",
  "ServiceRoleBinding",
]);

/** istioctl has this too, but looks for the group where its own reader does not put it. */
function* removedKinds({ fields }: Subject): Iterable<Report> {
  const spec = fields.at("spec");
  const group = spec.at("group").text;
  const kind = spec.at("names", "kind").text ?? "";
  if (group !== "rbac.istio.io" || !REMOVED.has(kind)) return;
  yield {
    path: spec.at("names", "kind").path,
    message: `Istio no longer reads ${kind} of ${group}; AuthorizationPolicy has taken its place.`,
  };
}
