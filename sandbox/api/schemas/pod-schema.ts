import type { Schema } from "@/lib/k8s/schema";
import {
  any,
  atomicMap,
  conditions,
  fields,
  flag,
  flags,
  integer,
  integers,
  list,
  listMap,
  map,
  object,
  objectMeta,
  opaque,
  text,
  texts,
  time,
} from "@/lib/k8s/schema-parts";

const port: Schema = object(
  {
    ...integers("containerPort hostPort"),
    ...texts("name hostIP"),
    protocol: { type: "string", default: "TCP" },
  },
  ["containerPort"],
);

const environment: Schema = object({ ...texts("name value"), valueFrom: any }, ["name"]);

const mount: Schema = object(
  {
    ...texts("name mountPath subPath subPathExpr mountPropagation recursiveReadOnly"),
    readOnly: flag,
  },
  ["name", "mountPath"],
);

const resources: Schema = object({
  limits: map({ "x-kubernetes-int-or-string": true }),
  requests: map({ "x-kubernetes-int-or-string": true }),
  claims: listMap(object(texts("name request")), ["name"]),
});

const container: Schema = object(
  {
    ...texts(
      "name image workingDir imagePullPolicy terminationMessagePath terminationMessagePolicy restartPolicy",
    ),
    ...fields("command args", list(text)),
    ports: listMap(port, ["containerPort", "protocol"]),
    env: listMap(environment, ["name"]),
    envFrom: list(any),
    resources,
    volumeMounts: listMap(mount, ["mountPath"]),
    volumeDevices: listMap(object(texts("name devicePath")), ["devicePath"]),
    ...opaque("livenessProbe readinessProbe startupProbe lifecycle securityContext"),
    resizePolicy: list(any),
    restartPolicyRules: list(any),
    ...flags("stdin stdinOnce tty"),
  },
  ["name"],
);

const volume: Schema = {
  ...object({ name: text }, ["name"]),
  "x-kubernetes-preserve-unknown-fields": true,
};

/** The `spec` of a Pod. */
export const podSpec: Schema = object(
  {
    containers: listMap(container, ["name"]),
    initContainers: listMap(container, ["name"]),
    ephemeralContainers: listMap(
      { ...container, properties: { ...container.properties, targetContainerName: text } },
      ["name"],
    ),
    volumes: listMap(volume, ["name"]),
    imagePullSecrets: listMap(object(texts("name")), ["name"]),
    hostAliases: listMap(object({ ip: text, hostnames: list(text) }), ["ip"]),
    nodeSelector: atomicMap(),
    tolerations: list(
      object({ ...texts("key operator value effect"), tolerationSeconds: integer }),
    ),
    topologySpreadConstraints: listMap(any, ["topologyKey", "whenUnsatisfiable"]),
    ...texts(
      "restartPolicy dnsPolicy serviceAccountName serviceAccount nodeName hostname subdomain schedulerName priorityClassName runtimeClassName preemptionPolicy hostnameOverride",
    ),
    ...integers("terminationGracePeriodSeconds activeDeadlineSeconds priority"),
    ...flags(
      "automountServiceAccountToken hostNetwork hostPID hostIPC hostUsers shareProcessNamespace enableServiceLinks setHostnameAsFQDN",
    ),
    ...opaque("securityContext affinity dnsConfig overhead os resources"),
    readinessGates: list(object(texts("conditionType"))),
    schedulingGates: listMap(object(texts("name")), ["name"]),
    resourceClaims: listMap(any, ["name"]),
  },
  ["containers"],
);

/** The `template` of a workload. */
export const podTemplate: Schema = object({ metadata: objectMeta, spec: podSpec });

const address: Schema = object(texts("ip"));

export const podStatus: Schema = object({
  ...texts(
    "phase message reason nominatedNodeName hostIP podIP qosClass resize resourceClaimStatuses",
  ),
  conditions,
  podIPs: listMap(address, ["ip"]),
  hostIPs: list(address),
  startTime: time,
  ...fields("containerStatuses initContainerStatuses ephemeralContainerStatuses", list(any)),
  observedGeneration: integer,
});
