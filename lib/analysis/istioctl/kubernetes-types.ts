import type { KindId } from "@/lib/istio/kinds";
import type { GoType } from "./go-types";
import { CONDITIONS, fields, LABEL_SELECTOR, list, of, TEXTS } from "./go-type-parts";

/** metav1.ObjectMeta. */
export const OBJECT_META: GoType = of(
  "string",
  "name generateName namespace selfLink uid resourceVersion",
  {
    generation: "int",
    creationTimestamp: "time",
    deletionTimestamp: "time",
    deletionGracePeriodSeconds: "int",
    labels: TEXTS,
    annotations: TEXTS,
    finalizers: list("string"),
    ownerReferences: list(
      of("string", "apiVersion kind name uid", {
        controller: "bool",
        blockOwnerDeletion: "bool",
      }),
    ),
  },
);

const RESOURCES = fields({
  limits: { map: "quantity" },
  requests: { map: "quantity" },
});
const SECURITY = of(
  "bool",
  "privileged runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation",
  {
    runAsUser: "int",
    runAsGroup: "int",
    fsGroup: "int",
    supplementalGroups: list("int"),
    capabilities: of(list("string"), "add drop"),
  },
);
const HTTP_GET = of("string", "path host scheme", {
  port: "int-or-string",
  httpHeaders: list(of("string", "name value")),
});
const PROBE = of(
  "int",
  "initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold",
  {
    httpGet: HTTP_GET,
    tcpSocket: of("string", "host", { port: "int-or-string" }),
    exec: fields({ command: list("string") }),
    grpc: of("string", "service", { port: "int" }),
  },
);
const ENV_SOURCE = of(
  of("string", "name key", { optional: "bool" }),
  "configMapKeyRef secretKeyRef",
  {
    fieldRef: of("string", "apiVersion fieldPath"),
    resourceFieldRef: of("string", "containerName resource", {
      divisor: "quantity",
    }),
  },
);
const CONTAINER = of(
  "string",
  "name image workingDir imagePullPolicy restartPolicy terminationMessagePath",
  {
    command: list("string"),
    args: list("string"),
    ports: list(
      of("string", "name protocol hostIP", {
        containerPort: "int",
        hostPort: "int",
      }),
    ),
    env: list(of("string", "name value", { valueFrom: ENV_SOURCE })),
    resources: RESOURCES,
    securityContext: SECURITY,
    livenessProbe: PROBE,
    readinessProbe: PROBE,
    startupProbe: PROBE,
    stdin: "bool",
    tty: "bool",
    volumeMounts: list(of("string", "name mountPath subPath", { readOnly: "bool" })),
  },
);
const KEY_PATHS = list(of("string", "key path", { mode: "int" }));
const VOLUME = of("string", "name", {
  configMap: of("string", "name", {
    optional: "bool",
    items: KEY_PATHS,
    defaultMode: "int",
  }),
  secret: of("string", "secretName", {
    optional: "bool",
    items: KEY_PATHS,
    defaultMode: "int",
  }),
  emptyDir: of("string", "medium", { sizeLimit: "quantity" }),
  hostPath: of("string", "path type"),
});
const POD_SPEC = of(
  "string",
  "nodeName serviceAccountName serviceAccount hostname subdomain schedulerName restartPolicy dnsPolicy priorityClassName",
  {
    hostNetwork: "bool",
    hostPID: "bool",
    hostIPC: "bool",
    automountServiceAccountToken: "bool",
    enableServiceLinks: "bool",
    terminationGracePeriodSeconds: "int",
    activeDeadlineSeconds: "int",
    nodeSelector: TEXTS,
    securityContext: SECURITY,
    containers: list(CONTAINER),
    initContainers: list(CONTAINER),
    volumes: list(VOLUME),
    imagePullSecrets: list(of("string", "name")),
    tolerations: list(of("string", "key operator value effect", { tolerationSeconds: "int" })),
  },
);
const TEMPLATE = fields({ metadata: OBJECT_META, spec: POD_SPEC });
const WEBHOOK = of("string", "name failurePolicy matchPolicy sideEffects reinvocationPolicy", {
  timeoutSeconds: "int",
  admissionReviewVersions: list("string"),
  namespaceSelector: LABEL_SELECTOR,
  objectSelector: LABEL_SELECTOR,
  clientConfig: of("string", "url", {
    caBundle: "bytes",
    service: of("string", "name namespace path", { port: "int" }),
  }),
  rules: list(
    of(list("string"), "operations apiGroups apiVersions resources", {
      scope: "string",
    }),
  ),
});
const SERVICE_SPEC = of(
  "string",
  "type clusterIP externalName sessionAffinity loadBalancerIP externalTrafficPolicy internalTrafficPolicy ipFamilyPolicy loadBalancerClass",
  {
    selector: TEXTS,
    clusterIPs: list("string"),
    externalIPs: list("string"),
    ipFamilies: list("string"),
    loadBalancerSourceRanges: list("string"),
    publishNotReadyAddresses: "bool",
    allocateLoadBalancerNodePorts: "bool",
    healthCheckNodePort: "int",
    ports: list(
      of("string", "name protocol appProtocol", {
        port: "int",
        nodePort: "int",
        targetPort: "int-or-string",
      }),
    ),
  },
);
/** What Go reads of the kinds that are not Istio's own, metadata aside. */
export const KUBERNETES_TYPES: Partial<Record<KindId, GoType>> = {
  Namespace: fields({ spec: fields({ finalizers: list("string") }) }),
  Node: fields({
    spec: of("string", "podCIDR providerID", { unschedulable: "bool" }),
  }),
  Service: fields({
    spec: SERVICE_SPEC,
    status: fields({ conditions: CONDITIONS }),
  }),
  Pod: fields({
    spec: POD_SPEC,
    status: of("string", "phase podIP hostIP reason message"),
  }),
  Deployment: fields({
    spec: of("int", "replicas minReadySeconds revisionHistoryLimit progressDeadlineSeconds", {
      selector: LABEL_SELECTOR,
      paused: "bool",
      template: TEMPLATE,
      strategy: of("string", "type", {
        rollingUpdate: of("int-or-string", "maxUnavailable maxSurge"),
      }),
    }),
  }),
  Secret: of("string", "type", {
    data: { map: "bytes" },
    stringData: TEXTS,
    immutable: "bool",
  }),
  ConfigMap: fields({
    data: TEXTS,
    binaryData: { map: "bytes" },
    immutable: "bool",
  }),
  ValidatingWebhookConfiguration: fields({ webhooks: list(WEBHOOK) }),
  MutatingWebhookConfiguration: fields({ webhooks: list(WEBHOOK) }),
  CustomResourceDefinition: fields({
    spec: of("string", "group scope", {
      names: of("string", "plural singular kind listKind", {
        shortNames: list("string"),
        categories: list("string"),
      }),
      versions: list(of("string", "name", { served: "bool", storage: "bool" })),
    }),
  }),
};
