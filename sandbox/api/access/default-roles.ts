import type { JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";

const GROUP = "rbac.authorization.k8s.io";
const API_VERSION = `${GROUP}/v1`;
const READ = ["get", "list", "watch"];
const CHANGE = ["create", "delete", "deletecollection", "patch", "update"];
const WRITE = [...CHANGE.slice(0, 3), ...READ.slice(0, 2), ...CHANGE.slice(3), "watch"];

const words = (text: string): readonly string[] => text.split(" ");
const rule = (
  verbs: readonly string[],
  groups: readonly string[],
  resources: string,
): JsonRecord => ({
  verbs,
  apiGroups: groups,
  resources: words(resources),
});
const paths = (text: string): JsonRecord => ({ verbs: ["get"], nonResourceURLs: words(text) });

const meta = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  name,
  labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
  annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
});
/** The label by which a role's rules are added to `admin`, `edit` or `view`. */
const partOf = (role: string) => ({ [`${GROUP}/aggregate-to-${role}`]: "true" });

const role = (
  name: string,
  rules: readonly JsonRecord[],
  labels?: Readonly<Record<string, string>>,
): KubeObject => ({
  apiVersion: API_VERSION,
  kind: "ClusterRole",
  metadata: meta(name, labels),
  rules,
});
const aggregate = (name: string, labels?: Readonly<Record<string, string>>): KubeObject => ({
  ...role(name, [], labels),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: partOf(name) }] },
});
const binding = (name: string, ...groups: readonly string[]): KubeObject => ({
  apiVersion: API_VERSION,
  kind: "ClusterRoleBinding",
  metadata: meta(name),
  subjects: groups.map((group) => ({ kind: "Group", apiGroup: GROUP, name: group })),
  roleRef: { apiGroup: GROUP, kind: "ClusterRole", name },
});

const ALL = ["*"];
const CORE = [""];

/** The ClusterRoles and bindings of any cluster that people build on; those of its own parts are left out. */
export const DEFAULT_ROLES: readonly KubeObject[] = [
  role("cluster-admin", [
    { verbs: ALL, apiGroups: ALL, resources: ALL },
    { verbs: ALL, nonResourceURLs: ALL },
  ]),
  aggregate("admin"),
  aggregate("edit", partOf("admin")),
  aggregate("view", partOf("edit")),
  role(
    "system:aggregate-to-admin",
    [
      rule(["create"], ["authorization.k8s.io"], "localsubjectaccessreviews"),
      rule(WRITE, [GROUP], "rolebindings roles"),
    ],
    partOf("admin"),
  ),
  role(
    "system:aggregate-to-edit",
    [
      rule(READ, CORE, "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
      rule(["impersonate"], CORE, "serviceaccounts"),
      rule(CHANGE, CORE, "pods pods/attach pods/exec pods/portforward pods/proxy"),
      rule(["create"], CORE, "pods/eviction"),
      rule(CHANGE, CORE, "configmaps secrets serviceaccounts services services/proxy"),
      rule(["create"], CORE, "serviceaccounts/token"),
      rule(CHANGE, ["", "events.k8s.io"], "events"),
      rule(CHANGE, ["apps"], "deployments deployments/scale replicasets replicasets/scale"),
      rule(WRITE, ["coordination.k8s.io"], "leases"),
    ],
    partOf("edit"),
  ),
  role(
    "system:aggregate-to-view",
    [
      rule(READ, CORE, "configmaps endpoints pods serviceaccounts services services/status"),
      rule(READ, CORE, "namespaces/status pods/log pods/status"),
      rule(READ, CORE, "namespaces"),
      rule(READ, ["", "events.k8s.io"], "events"),
      rule(READ, ["discovery.k8s.io"], "endpointslices"),
      rule(
        READ,
        ["apps"],
        "deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status",
      ),
    ],
    partOf("view"),
  ),
  role("system:basic-user", [
    rule(["create"], ["authorization.k8s.io"], "selfsubjectaccessreviews selfsubjectrulesreviews"),
    rule(["create"], ["authentication.k8s.io"], "selfsubjectreviews"),
  ]),
  role("system:discovery", [
    paths(
      "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/",
    ),
  ]),
  role("system:public-info-viewer", [paths("/healthz /livez /readyz /version /version/")]),
  role("system:auth-delegator", [
    rule(["create"], ["authentication.k8s.io"], "tokenreviews"),
    rule(["create"], ["authorization.k8s.io"], "subjectaccessreviews"),
  ]),
  binding("cluster-admin", "system:masters"),
  binding("system:basic-user", "system:authenticated"),
  binding("system:discovery", "system:authenticated"),
  binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated"),
];
