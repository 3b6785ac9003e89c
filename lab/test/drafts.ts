import { createHash } from "node:crypto";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "@/lib/k8s/object";

type JsonValue = string | number | boolean | null | JsonValue[] | { [field: string]: JsonValue };

/** Objects that a real cluster takes, from which drafts are made. */
const VALID = parseAllDocuments(`
kind: VirtualService
apiVersion: networking.istio.io/v1
spec:
  hosts: [reviews, "*.shop.example.com"]
  gateways: [mesh, bookinfo-gateway]
  exportTo: ["."]
  http:
  - name: primary
    match:
    - uri: { prefix: /v1 }
      headers: { end-user: { exact: ana } }
      port: 9080
    timeout: 2s
    retries: { attempts: 3, perTryTimeout: 500ms, retryOn: "5xx,reset" }
    fault:
      delay: { percentage: { value: 10 }, fixedDelay: 1s }
      abort: { percentage: { value: 5 }, httpStatus: 503 }
    route:
    - destination: { host: reviews, subset: v1, port: { number: 9080 } }
      weight: 80
    - destination: { host: reviews, subset: v2 }
      weight: 20
      headers: { request: { set: { x-canary: "yes" } } }
  - redirect: { uri: /other, redirectCode: 301 }
---
kind: VirtualService
apiVersion: networking.istio.io/v1
spec:
  hosts: [tcp-echo]
  tls:
  - match: [{ port: 443, sniHosts: [tcp-echo] }]
    route: [{ destination: { host: tcp-echo } }]
  tcp:
  - match: [{ port: 9000 }]
    route: [{ destination: { host: tcp-echo, port: { number: 9000 } }, weight: 100 }]
---
kind: DestinationRule
apiVersion: networking.istio.io/v1
spec:
  host: reviews
  trafficPolicy:
    loadBalancer: { simple: LEAST_REQUEST, warmup: { duration: 30s, aggression: 1 } }
    connectionPool: { tcp: { maxConnections: 100, connectTimeout: 1s }, http: { http1MaxPendingRequests: 10, maxRetries: 2 } }
    outlierDetection: { consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50 }
    tls: { mode: ISTIO_MUTUAL }
  subsets:
  - name: v1
    labels: { version: v1 }
  - name: v2
    labels: { version: v2 }
    trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: end-user, minimumRingSize: 1024 } } }
---
kind: Gateway
apiVersion: networking.istio.io/v1
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    hosts: [shop.example.com, "bookinfo/*.example.com"]
    tls: { mode: SIMPLE, credentialName: shop, minProtocolVersion: TLSV1_2 }
  - port: { number: 80, name: http, protocol: HTTP }
    hosts: ["*"]
---
kind: ServiceEntry
apiVersion: networking.istio.io/v1
spec:
  hosts: [api.partner.example.com]
  addresses: [192.0.2.10/32]
  ports:
  - { number: 443, name: tls, protocol: TLS }
  location: MESH_EXTERNAL
  resolution: STATIC
  endpoints:
  - { address: 192.0.2.11, ports: { tls: 8443 }, weight: 3, labels: { zone: a } }
---
kind: Sidecar
apiVersion: networking.istio.io/v1
spec:
  workloadSelector: { labels: { app: reviews } }
  ingress:
  - port: { number: 9080, protocol: HTTP, name: http }
    defaultEndpoint: 127.0.0.1:8080
  egress:
  - hosts: [./*, istio-system/*]
  outboundTrafficPolicy: { mode: REGISTRY_ONLY }
---
kind: AuthorizationPolicy
apiVersion: security.istio.io/v1
spec:
  selector: { matchLabels: { app: reviews } }
  action: ALLOW
  rules:
  - from: [{ source: { principals: [cluster.local/ns/bookinfo/sa/productpage], notIpBlocks: [192.0.2.0/24] } }]
    to: [{ operation: { methods: [GET], paths: [/v1/*], ports: ["9080"] } }]
    when: [{ key: "request.headers[x-team]", values: [a, b] }]
---
kind: PeerAuthentication
apiVersion: security.istio.io/v1
spec:
  selector: { matchLabels: { app: reviews } }
  mtls: { mode: STRICT }
  portLevelMtls: { "9080": { mode: PERMISSIVE } }
---
kind: RequestAuthentication
apiVersion: security.istio.io/v1
spec:
  selector: { matchLabels: { app: reviews } }
  jwtRules:
  - issuer: https://issuer.example.com
    jwksUri: https://issuer.example.com/keys
    audiences: [shop]
    fromHeaders: [{ name: x-token, prefix: "Bearer " }]
---
kind: Telemetry
apiVersion: telemetry.istio.io/v1
spec:
  selector: { matchLabels: { app: reviews } }
  tracing: [{ randomSamplingPercentage: 10, customTags: { team: { literal: { value: shop } } } }]
  metrics: [{ providers: [{ name: prometheus }], overrides: [{ match: { metric: REQUEST_COUNT, mode: CLIENT }, disabled: true }] }]
---
kind: WorkloadEntry
apiVersion: networking.istio.io/v1
spec: { address: 10.9.9.9, ports: { http: 8080 }, labels: { app: vm }, serviceAccount: vm, weight: 2, network: lan }
`).map((document) => document.toJS() as KubeObject);

/** A generated object, whose name is unlike all others. */
export interface Draft {
  readonly name: string;
  /** What was changed in a valid object; empty for a valid one. */
  readonly change: string;
  readonly object: KubeObject;
}

/**
 * The valid objects, and then objects with one random change, in all `count`. The same seed makes
 * the same drafts.
 */
export function drafts(seed: number, count: number): Draft[] {
  const choose = chooser(seed);
  return Array.from({ length: count }, (_, index) => {
    const name = `draft-${index}`;
    const copy = structuredClone(VALID[index % VALID.length]);
    const object = { ...copy, metadata: { name, namespace: "bookinfo" } } as KubeObject;
    return { name, object, change: index < VALID.length ? "" : mutate(object, choose) };
  });
}

type Choose = <T>(from: readonly T[]) => T;

/** Chooses as a seed decides, the same in each run. */
function chooser(seed: number): Choose {
  let turn = 0;
  return (from) => {
    const digest = createHash("sha256")
      .update(`${seed}/${(turn += 1)}`)
      .digest();
    return from[digest.readUInt32BE(0) % from.length] as (typeof from)[number];
  };
}

type Container = Record<string, JsonValue> | JsonValue[];
type Place = { readonly of: Container; readonly key: string; readonly path: string };

/** Changes one value somewhere in the spec; says what it did. */
function mutate(object: KubeObject, choose: Choose): string {
  const { of, key, path } = choose([
    ...places((object as { spec?: JsonValue }).spec ?? null, "spec"),
  ]);
  const box = of as Record<string, JsonValue>;
  const old = box[key] ?? null;
  const [what, value] = choose(changesOf(old));
  if (value !== undefined) box[key] = value;
  else if (Array.isArray(of)) of.splice(Number(key), 1);
  else delete box[key];
  return `${what} ${path}`;
}

/** What may be made of a value; undefined takes it away. */
function changesOf(value: JsonValue): readonly (readonly [string, JsonValue | undefined])[] {
  const any = [
    ["no", undefined],
    ["null at", null],
  ] as const;
  if (typeof value === "number") {
    return [...any, ["negative", -1], ["zero", 0], ["huge", 2 ** 33], ["text for", "many"]];
  }
  if (typeof value === "boolean") return [...any, ["text for", "maybe"]];
  if (typeof value === "string") {
    const wrong: readonly JsonValue[] = ["", "NOT A WORD", "a..b", "*", "-1s", "1/2/3", 7, [value]];
    return [...any, ...wrong.map((text) => [`${JSON.stringify(text)} at`, text] as const)];
  }
  if (Array.isArray(value)) {
    return [
      ...any,
      ["nothing in", []],
      ["twice what is in", [...value, ...structuredClone(value)]],
    ];
  }
  return [
    ...any,
    ["unknown field in", { ...(value ?? {}), unheardOf: 1 }],
    ["nothing in", {}],
    ["text for", "nothing"],
  ];
}

function* places(value: JsonValue, path: string): Generator<Place> {
  if (value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value)) {
    const here = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    yield { of: value, key, path: here };
    yield* places(child, here);
  }
}
