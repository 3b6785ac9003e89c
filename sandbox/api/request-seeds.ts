/** A request that is in order. */
interface RequestSeed {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: unknown;
}

const NAMESPACE = "/api/v1/namespaces/fuzz";
const ISTIO = "/apis/networking.istio.io/v1/namespaces/fuzz/virtualservices";
const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/fuzz";
export const MERGE = "application/merge-patch+json";
export const STRATEGIC = "application/strategic-merge-patch+json";
export const JSON_PATCH = "application/json-patch+json";
export const APPLY = "application/apply-patch+yaml";
export const PROTOBUF = "application/vnd.kubernetes.protobuf";

const configMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a" },
  data: { k: "v" },
};
const virtualService = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "a", labels: { app: "a" } },
  spec: { hosts: ["a"], http: [{ route: [{ destination: { host: "a" }, weight: 100 }] }] },
};
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "a" },
  spec: { ports: [{ name: "http", port: 80 }], selector: { app: "a" } },
};
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a" },
  spec: { containers: [{ name: "c", image: "i" }] },
};
const role = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "a" },
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
};
const review = {
  apiVersion: "authorization.k8s.io/v1",
  kind: "SelfSubjectAccessReview",
  spec: { resourceAttributes: { verb: "get", resource: "pods", namespace: "fuzz" } },
};

/** ConfigMap `a` in the envelope of protobuf: type, then metadata with the name. */
const protobufConfigMap = Buffer.from(
  "6b3873000a0f0a02763112 09436f6e6669674d6170 1205 0a030a0161".replaceAll(" ", ""),
  "hex",
);

/** Requests that are in order, of every sort that the server knows. */
export const REQUEST_SEEDS: readonly RequestSeed[] = [
  { method: "GET", path: `${NAMESPACE}/configmaps?limit=2` },
  { method: "GET", path: `${NAMESPACE}/configmaps/a` },
  { method: "GET", path: `${ISTIO}?labelSelector=app%20in%20(a,b),!c&limit=1` },
  {
    method: "GET",
    path: `${NAMESPACE}/pods?fieldSelector=status.phase%3DRunning&resourceVersion=0`,
  },
  { method: "GET", path: `${NAMESPACE}/configmaps?watch=true&timeoutSeconds=0&resourceVersion=0` },
  {
    method: "GET",
    path: `${ISTIO}?watch=1&timeoutSeconds=0&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  },
  { method: "GET", path: "/apis" },
  { method: "GET", path: "/openapi/v3/api/v1" },
  { method: "GET", path: "/version" },
  { method: "POST", path: `${NAMESPACE}/configmaps`, body: configMap },
  {
    method: "POST",
    path: `${NAMESPACE}/configmaps?dryRun=All&fieldValidation=Strict`,
    body: configMap,
  },
  { method: "POST", path: `${NAMESPACE}/configmaps`, body: protobufConfigMap, type: PROTOBUF },
  { method: "POST", path: `${NAMESPACE}/services`, body: service },
  { method: "POST", path: `${NAMESPACE}/pods`, body: pod },
  { method: "POST", path: ISTIO, body: virtualService },
  { method: "POST", path: `${RBAC}/roles`, body: role },
  { method: "PUT", path: `${NAMESPACE}/configmaps/a`, body: configMap },
  { method: "PUT", path: `${ISTIO}/a/status`, body: virtualService },
  {
    method: "PATCH",
    path: `${NAMESPACE}/configmaps/a`,
    body: { data: { k: null, l: "1" } },
    type: MERGE,
  },
  { method: "PATCH", path: `${ISTIO}/a`, body: { spec: { hosts: ["b"] } }, type: MERGE },
  {
    method: "PATCH",
    path: `${NAMESPACE}/services/a`,
    body: { spec: { ports: [{ port: 80, name: "web" }] } },
    type: STRATEGIC,
  },
  {
    method: "PATCH",
    path: `${NAMESPACE}/configmaps/a`,
    body: [{ op: "add", path: "/data/x", value: "y" }],
    type: JSON_PATCH,
  },
  {
    method: "PATCH",
    path: `${ISTIO}/a?fieldManager=fuzz&force=true`,
    body: virtualService,
    type: APPLY,
  },
  {
    method: "DELETE",
    path: `${NAMESPACE}/configmaps/a`,
    body: { propagationPolicy: "Foreground" },
  },
  { method: "DELETE", path: `${ISTIO}?labelSelector=app%3Da` },
  { method: "GET", path: `${NAMESPACE}/pods/a/log?tailLines=1&timestamps=true` },
  {
    method: "POST",
    path: `${NAMESPACE}/serviceaccounts/default/token`,
    body: { spec: { expirationSeconds: 600 } },
  },
  { method: "POST", path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body: review },
  {
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/tokenreviews",
    body: { spec: { token: "a.b.c" } },
  },
];
