import { type KindId, kindInfo, preferredApiVersion } from "@/lib/istio/kinds";

const SPECS: Partial<Record<KindId, string>> = {
  VirtualService: `  hosts:
  - reviews
  http:
  - route:
    - destination:
        host: reviews
`,
  DestinationRule: `  host: reviews
  subsets:
  - name: v1
    labels:
      version: v1
`,
  Gateway: `  selector:
    istio: ingressgateway
  servers:
  - port:
      number: 80
      name: http
      protocol: HTTP
    hosts:
    - "*"
`,
  ServiceEntry: `  hosts:
  - api.example.com
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
  - number: 443
    name: tls
    protocol: TLS
`,
  PeerAuthentication: `  mtls:
    mode: STRICT
`,
  AuthorizationPolicy: `  action: ALLOW
  rules:
  - from:
    - source:
        principals:
        - cluster.local/ns/default/sa/default
`,
};

/** The text that a new object begins with: a shape to fill in, valid by itself. */
export function newObjectText(kind: KindId, namespace: string): string {
  const { namespaced, kind: name } = kindInfo(kind);
  return (
    `apiVersion: ${preferredApiVersion(kind)}\nkind: ${name}\nmetadata:\n  name: new-${name.toLowerCase()}\n` +
    (namespaced ? `  namespace: ${namespace}\n` : "") +
    `spec:${SPECS[kind] ? `\n${SPECS[kind]}` : " {}\n"}`
  );
}
