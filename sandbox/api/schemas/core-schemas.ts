import type { Schema } from "@/lib/k8s/schema";
import { podSpec, podStatus, podTemplate } from "./pod-schema";
import {
  any,
  atomicMap,
  conditions,
  fields,
  flag,
  flags,
  integer,
  integers,
  intOrString,
  labelSelector,
  list,
  listMap,
  map,
  object,
  objectMeta,
  opaque,
  reference,
  set,
  text,
  texts,
  time,
} from "@/lib/k8s/schema-parts";

const whole = (
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema => object({ ...texts("apiVersion kind"), metadata: objectMeta, ...properties }, required);

const servicePort: Schema = object(
  {
    ...texts("name appProtocol"),
    protocol: { type: "string", default: "TCP" },
    ...integers("port nodePort"),
    targetPort: intOrString,
  },
  ["port"],
);

const loadBalancer: Schema = object({ ingress: list(any) });

const serviceSpec: Schema = object({
  ports: listMap(servicePort, ["port", "protocol"]),
  selector: atomicMap(),
  type: {
    type: "string",
    enum: ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
    default: "ClusterIP",
  },
  ...texts(
    "clusterIP externalName externalTrafficPolicy internalTrafficPolicy ipFamilyPolicy loadBalancerIP loadBalancerClass trafficDistribution",
  ),
  sessionAffinity: { type: "string", default: "None" },
  sessionAffinityConfig: any,
  ...fields("clusterIPs externalIPs ipFamilies loadBalancerSourceRanges", list(text)),
  healthCheckNodePort: integer,
  ...flags("publishNotReadyAddresses allocateLoadBalancerNodePorts"),
});

const endpointAddress: Schema = object({ ...texts("ip hostname nodeName"), targetRef: reference });
const endpointPort: Schema = object({
  ...texts("name protocol appProtocol"),
  port: integer,
});

const deploymentSpec: Schema = object(
  {
    replicas: { type: "integer", minimum: 0, default: 1 },
    ...integers("minReadySeconds revisionHistoryLimit progressDeadlineSeconds"),
    paused: flag,
    selector: labelSelector,
    template: podTemplate,
    strategy: object({
      type: text,
      rollingUpdate: object({ maxSurge: intOrString, maxUnavailable: intOrString }),
    }),
  },
  ["selector", "template"],
);

const replicaCounts = integers(
  "replicas updatedReplicas readyReplicas availableReplicas unavailableReplicas fullyLabeledReplicas terminatingReplicas collisionCount observedGeneration",
);

const policyRules: Schema = list(
  object(fields("verbs apiGroups resources resourceNames nonResourceURLs", list(text))),
);

/** References to a role and to whom it is granted; each is owned and replaced as a whole. */
const binding: Schema = whole(
  {
    subjects: list(object(texts("kind apiGroup name namespace"))),
    roleRef: { ...object(texts("apiGroup kind name")), "x-kubernetes-map-type": "atomic" },
  },
  ["roleRef"],
);

const webhook: Schema = { ...any, properties: { name: text }, required: ["name"] };
const webhooks: Schema = whole({ webhooks: listMap(webhook, ["name"]) });

/** Schemas of the built-in kinds: their fields' names and lists' keys; deep parts are left open. */
export const CORE_SCHEMAS: Readonly<Record<string, Schema>> = {
  Namespace: whole({
    spec: object({ finalizers: list(text) }),
    status: object({ phase: text, conditions }),
  }),
  Node: whole({
    spec: object({
      ...texts("podCIDR providerID externalID"),
      podCIDRs: set(),
      unschedulable: flag,
      taints: list(object({ ...texts("key value effect"), timeAdded: time })),
      configSource: any,
    }),
    status: {
      ...any,
      properties: { conditions, addresses: listMap(object(texts("type address")), ["type"]) },
    },
  }),
  Service: whole({ spec: serviceSpec, status: object({ conditions, loadBalancer }) }),
  Pod: whole({ spec: podSpec, status: podStatus }),
  ServiceAccount: whole({
    secrets: listMap(reference, ["name"]),
    imagePullSecrets: list(object(texts("name"))),
    automountServiceAccountToken: flag,
  }),
  ConfigMap: whole({
    data: map(),
    binaryData: map({ type: "string", format: "byte" }),
    immutable: flag,
  }),
  Secret: whole({
    data: map({ type: "string", format: "byte" }),
    stringData: map(),
    type: { type: "string", default: "Opaque" },
    immutable: flag,
  }),
  Endpoints: whole({
    subsets: list(
      object({
        ...fields("addresses notReadyAddresses", list(endpointAddress)),
        ports: list(endpointPort),
      }),
    ),
  }),
  Event: whole(
    {
      involvedObject: reference,
      related: reference,
      ...texts("reason message type action reportingComponent reportingInstance"),
      source: object(texts("component host")),
      ...fields("firstTimestamp lastTimestamp eventTime", { ...time, nullable: true }),
      count: integer,
      series: any,
    },
    ["involvedObject"],
  ),
  Deployment: whole({
    spec: deploymentSpec,
    status: object({ ...replicaCounts, conditions }),
  }),
  ReplicaSet: whole({
    spec: object(
      {
        replicas: { type: "integer", minimum: 0, default: 1 },
        minReadySeconds: integer,
        selector: labelSelector,
        template: podTemplate,
      },
      ["selector"],
    ),
    status: object({ ...replicaCounts, conditions }),
  }),
  EndpointSlice: whole(
    {
      addressType: { type: "string", enum: ["FQDN", "IPv4", "IPv6"] },
      endpoints: list(
        object(
          {
            addresses: set(),
            ...texts("hostname nodeName zone"),
            targetRef: reference,
            conditions: object(flags("ready serving terminating")),
            deprecatedTopology: map(),
            hints: any,
          },
          ["addresses"],
        ),
      ),
      ports: list(endpointPort),
    },
    ["addressType", "endpoints"],
  ),
  Lease: whole({
    spec: object({
      ...texts("holderIdentity strategy preferredHolder"),
      ...integers("leaseDurationSeconds leaseTransitions"),
      ...fields("acquireTime renewTime", time),
    }),
  }),
  Role: whole({ rules: policyRules }),
  ClusterRole: whole({
    rules: policyRules,
    aggregationRule: object({ clusterRoleSelectors: list(labelSelector) }),
  }),
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  ValidatingWebhookConfiguration: webhooks,
  MutatingWebhookConfiguration: webhooks,
  CustomResourceDefinition: whole(
    {
      spec: object(
        {
          group: text,
          scope: text,
          names: object({
            ...texts("plural singular kind listKind"),
            ...fields("shortNames categories", list(text)),
          }),
          versions: list(any),
          preserveUnknownFields: flag,
          ...opaque("conversion"),
        },
        ["group", "names", "scope", "versions"],
      ),
      status: any,
    },
    ["spec"],
  ),
};
