import { groupBy } from "@/lib/base/group-by";
import type { KubeObject } from "@/lib/k8s/object";
import { gatewayWorkload } from "../gateway-workload";
import { istioSystemObjects } from "../istio-system-objects";
import {
  namespaceObject,
  networking,
  security,
  service,
  serviceAccount,
  versions,
  workload,
} from "../object-builders";
import type { PlannedService } from "./service-plan";

/** The Service where all requests of a large mesh come in. */
export const INGRESS = { namespace: "istio-ingress", name: "istio-ingressgateway" } as const;
/** The port of every service. */
export const PORT = 8080;
const PODS_A_SERVICE = 2;

/** The public host of an edge service. */
export const publicHost = ({ name, namespace }: PlannedService): string =>
  `${name}.${namespace}.example.com`;

/** The host of a partner that a service talks to. */
export const partnerHost = ({ name, namespace }: PlannedService): string =>
  `${name}.${namespace}.partner.example.net`;

/**
 * The objects of a large mesh: two pods a service, and about one Istio object. Every team limits
 * what its proxies know by a Sidecar, as meshes of this size must.
 */
export function scaleObjects(plan: readonly PlannedService[]): readonly KubeObject[] {
  const teams = groupBy(plan, ({ namespace }) => namespace);
  const callers = callersOf(plan);
  return [
    ...istioSystemObjects,
    namespaceObject(INGRESS.namespace, false),
    ...gatewayWorkload({
      ...INGRESS,
      istio: "ingressgateway",
      type: "LoadBalancer",
      replicas: Math.min(10, Math.max(2, Math.round(plan.length / 500))),
      ports: [{ name: "http2", port: 80, targetPort: 8080 }],
    }),
    ...[...teams].flatMap(([namespace, services]) => [
      namespaceObject(namespace, true),
      ...teamObjects(namespace, services, plan),
      ...services.flatMap((planned) => serviceObjects(planned, callers.get(planned.index) ?? [])),
    ]),
  ];
}

/** By callee the services that ask it. */
const callersOf = (plan: readonly PlannedService[]) =>
  groupBy(
    plan.flatMap((caller) => caller.calls.map(({ callee }) => ({ callee, caller }))),
    ({ callee }) => callee,
  );

function teamObjects(
  namespace: string,
  services: readonly PlannedService[],
  plan: readonly PlannedService[],
): readonly KubeObject[] {
  const called = services.flatMap(({ calls }) => calls.map(({ callee }) => plan[callee]));
  const strangers = called.flatMap((callee) =>
    callee && callee.namespace !== namespace
      ? [`${callee.namespace}/${callee.name}.${callee.namespace}.svc.cluster.local`]
      : [],
  );
  const hasEdge = services.some(({ layer }) => layer === "edge");
  return [
    networking("Sidecar", [namespace, "default"], {
      egress: [{ hosts: ["./*", "istio-system/*", ...new Set(strangers)] }],
    }),
    ...(hasEdge
      ? [
          networking("Gateway", [namespace, "public"], {
            selector: { istio: "ingressgateway" },
            servers: [
              {
                port: { number: 80, name: "http", protocol: "HTTP" },
                hosts: [`*.${namespace}.example.com`],
              },
            ],
          }),
        ]
      : []),
  ];
}

function serviceObjects(
  planned: PlannedService,
  callers: readonly { readonly caller: PlannedService }[],
): readonly KubeObject[] {
  const { namespace, name } = planned;
  return [
    serviceAccount(namespace, name),
    service({
      namespace,
      name,
      selector: { app: name },
      ports: [{ name: "http", port: PORT, targetPort: PORT }],
    }),
    ...planned.versions.map((version) =>
      workload({
        namespace,
        app: name,
        version,
        port: PORT,
        replicas: PODS_A_SERVICE / planned.versions.length,
        image: `registry.example.com/${namespace}/${name}:${version}`,
      }),
    ),
    ...istioObjects(
      planned,
      callers.map(({ caller }) => caller),
    ),
  ];
}

/** The configuration that a team writes for one service. */
function istioObjects(
  planned: PlannedService,
  callers: readonly PlannedService[],
): readonly KubeObject[] {
  const { namespace, name, layer, index } = planned;
  const at = [namespace, name] as const;
  const canary = planned.versions.length > 1;
  const route = canary
    ? [
        { destination: { host: name, subset: "v1" }, weight: 90 },
        { destination: { host: name, subset: "v2" }, weight: 10 },
      ]
    : [{ destination: { host: name } }];
  const subsets = canary ? [versions(namespace, name, planned.versions)] : [];
  if (layer === "edge") {
    const hosts = [publicHost(planned)];
    return [
      networking("VirtualService", at, { hosts, gateways: ["public"], http: [{ route }] }),
      ...subsets,
    ];
  }
  if (canary) {
    return [networking("VirtualService", at, { hosts: [name], http: [{ route }] }), ...subsets];
  }
  switch (index % 8) {
    case 0:
    case 1:
      return [
        networking("VirtualService", at, {
          hosts: [name],
          http: [{ timeout: "5s", retries: { attempts: 2, perTryTimeout: "2s" }, route }],
        }),
      ];
    case 2:
    case 3:
      return [
        networking("DestinationRule", at, {
          host: name,
          trafficPolicy: {
            connectionPool: { http: { http2MaxRequests: 1000 } },
            outlierDetection: { consecutive5xxErrors: 5, interval: "10s", baseEjectionTime: "30s" },
          },
        }),
      ];
    case 4:
      return callers.length === 0 ? [] : [allowCallers(planned, callers)];
    case 5:
      return [
        networking("ServiceEntry", at, {
          hosts: [partnerHost(planned)],
          exportTo: ["."],
          location: "MESH_EXTERNAL",
          resolution: "DNS",
          ports: [{ number: 80, name: "http", protocol: "HTTP" }],
        }),
      ];
    case 6:
      return [
        security("PeerAuthentication", at, {
          selector: { matchLabels: { app: name } },
          mtls: { mode: "STRICT" },
        }),
      ];
    default:
      return [];
  }
}

/** Whoever calls it today may call it. */
const allowCallers = (
  { namespace, name }: PlannedService,
  callers: readonly PlannedService[],
): KubeObject =>
  security("AuthorizationPolicy", [namespace, name], {
    selector: { matchLabels: { app: name } },
    action: "ALLOW",
    rules: [
      {
        from: [
          {
            source: {
              principals: callers.map(
                (caller) => `cluster.local/ns/${caller.namespace}/sa/${caller.name}`,
              ),
            },
          },
        ],
      },
    ],
  });
