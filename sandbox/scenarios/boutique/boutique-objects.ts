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
import {
  BOUTIQUE_SERVICES,
  type BoutiqueService,
  CARD_PROCESSOR,
  FRAUD_HOST,
  MAILER,
  ORDERS,
  PAYMENTS,
  STOREFRONT,
} from "./boutique-services";

/** Where customers come in, and the name by which they do. */
export const INGRESS = { namespace: "istio-ingress", name: "istio-ingressgateway" } as const;
export const SHOP = "shop.example.com";
const EGRESS = { namespace: "istio-egress", name: "istio-egressgateway" } as const;
const EGRESS_HOST = `${EGRESS.name}.${EGRESS.namespace}.svc.cluster.local`;
const IMAGES = "us-central1-docker.pkg.dev/google-samples/microservices-demo";
const TAG = "v0.10.4";

/** A service with its account and a Deployment a version. */
function serviceObjects(of: BoutiqueService): readonly KubeObject[] {
  const { namespace, name, port, replicas = 1, image = `${IMAGES}/${name}:${TAG}` } = of;
  const { number, target } = port;
  return [
    serviceAccount(namespace, name),
    service({
      namespace,
      name,
      selector: { app: name },
      ports: [{ name: port.name, port: number, targetPort: target }],
    }),
    ...of.versions.map((version) =>
      workload({ namespace, app: name, version, port: target, replicas, image }),
    ),
    versions(namespace, name, of.versions),
  ];
}

const gateways: readonly KubeObject[] = [
  namespaceObject(INGRESS.namespace, false),
  ...gatewayWorkload({
    ...INGRESS,
    istio: "ingressgateway",
    type: "LoadBalancer",
    ports: [{ name: "http2", port: 80, targetPort: 8080 }],
  }),
  namespaceObject(EGRESS.namespace, false),
  ...gatewayWorkload({
    ...EGRESS,
    istio: "egressgateway",
    ports: [{ name: "http2", port: 80, targetPort: 8080 }],
  }),
];

const http = { number: 80, name: "http", protocol: "HTTP" };

const storefront: readonly KubeObject[] = [
  networking("Gateway", [STOREFRONT, "shop"], {
    selector: { istio: "ingressgateway" },
    servers: [{ port: http, hosts: [SHOP] }],
  }),
  networking("VirtualService", [STOREFRONT, "frontend"], {
    hosts: [SHOP],
    gateways: ["shop"],
    http: [{ route: [{ destination: { host: "frontend", port: { number: 80 } } }] }],
  }),
  networking("VirtualService", [STOREFRONT, "productcatalogservice"], {
    hosts: ["productcatalogservice"],
    http: [
      {
        name: "canary",
        route: [
          { destination: { host: "productcatalogservice", subset: "v1" }, weight: 90 },
          { destination: { host: "productcatalogservice", subset: "v2" }, weight: 10 },
        ],
      },
    ],
  }),
  networking("VirtualService", [STOREFRONT, "recommendationservice"], {
    hosts: ["recommendationservice"],
    http: [
      {
        name: "testers",
        match: [{ headers: { "x-tester": { exact: "yes" } } }],
        route: [{ destination: { host: "recommendationservice", subset: "v2" } }],
      },
      {
        name: "everybody",
        timeout: "2s",
        route: [{ destination: { host: "recommendationservice", subset: "v1" } }],
      },
    ],
  }),
];

const orders: readonly KubeObject[] = [
  networking("VirtualService", [ORDERS, "checkoutservice"], {
    hosts: ["checkoutservice"],
    http: [
      {
        timeout: "10s",
        retries: { attempts: 0 },
        route: [{ destination: { host: "checkoutservice", subset: "v1" } }],
      },
    ],
  }),
  networking("ServiceEntry", [ORDERS, "mailer"], {
    hosts: [MAILER],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    exportTo: ["."],
    ports: [http],
  }),
];

/** The machine on which fraud detection runs: what its own labels say. */
const VM_LABELS = { app: "fraud-detection", version: "v1" } as const;

const payments: readonly KubeObject[] = [
  serviceAccount(PAYMENTS, "fraud-detection"),
  networking("WorkloadGroup", [PAYMENTS, "fraud-detection"], {
    metadata: { labels: VM_LABELS },
    template: { serviceAccount: "fraud-detection", ports: { http: 8080 } },
  }),
  networking("WorkloadEntry", [PAYMENTS, "fraud-detection-1"], {
    address: "10.20.0.7",
    labels: VM_LABELS,
    ports: { http: 8080 },
    serviceAccount: "fraud-detection",
  }),
  networking("ServiceEntry", [PAYMENTS, "fraud-detection"], {
    hosts: [FRAUD_HOST],
    addresses: ["240.240.0.7"],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    ports: [{ number: 8080, name: "http", protocol: "HTTP" }],
    workloadSelector: { labels: { app: "fraud-detection" } },
  }),
  security("AuthorizationPolicy", [PAYMENTS, "paymentservice"], {
    selector: { matchLabels: { app: "paymentservice" } },
    action: "ALLOW",
    rules: [
      { from: [{ source: { principals: [`cluster.local/ns/${ORDERS}/sa/checkoutservice`] } }] },
    ],
  }),
  networking("ServiceEntry", [PAYMENTS, "card-processor"], {
    hosts: [CARD_PROCESSOR],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    ports: [http],
  }),
  networking("Gateway", [PAYMENTS, "card-processor"], {
    selector: { istio: "egressgateway" },
    servers: [{ port: http, hosts: [CARD_PROCESSOR] }],
  }),
  networking("VirtualService", [PAYMENTS, "card-processor"], {
    hosts: [CARD_PROCESSOR],
    gateways: ["mesh", "card-processor"],
    http: [
      {
        match: [{ gateways: ["mesh"], port: 80 }],
        route: [{ destination: { host: EGRESS_HOST, port: { number: 80 } } }],
      },
      {
        match: [{ gateways: ["card-processor"], port: 80 }],
        route: [{ destination: { host: CARD_PROCESSOR, port: { number: 80 } } }],
      },
    ],
  }),
];

/** A shop in three namespaces, with both gateways, a virtual machine and two hosts outside. */
export const boutiqueObjects: readonly KubeObject[] = [
  ...istioSystemObjects,
  ...gateways,
  ...[STOREFRONT, ORDERS, PAYMENTS].map((name) => namespaceObject(name, true)),
  ...BOUTIQUE_SERVICES.flatMap(serviceObjects),
  ...storefront,
  ...orders,
  ...payments,
];
