/**
 * The messages of the kinds that Go clients send as protobuf, as their JSON has them. A field is
 * `number name: type`; `[]` is a list, `{}` a map from text. `!` keeps a zero, which elsewhere means
 * absent; `...` puts the fields of a message into that around it. Numbers are those of `k8s.io/api`.
 */
export const PROTOBUF_MESSAGES = {
  ObjectMeta:
    "1 name: text, 2 generateName: text, 3 namespace: text, 5 uid: text, 6 resourceVersion: text, 7 generation: integer, 8 creationTimestamp: Time, 9 deletionTimestamp: Time, 10 deletionGracePeriodSeconds!: integer, 11 labels: text{}, 12 annotations: text{}, 13 ownerReferences: OwnerReference[], 14 finalizers: text[]",
  Namespace: "1 metadata: ObjectMeta, 2 spec: NamespaceSpec",
  ConfigMap: "1 metadata: ObjectMeta, 2 data: text{}, 3 binaryData: bytes{}, 4 immutable!: boolean",
  Secret:
    "1 metadata: ObjectMeta, 2 data: bytes{}, 3 type: text, 4 stringData: text{}, 5 immutable!: boolean",
  ServiceAccount:
    "1 metadata: ObjectMeta, 2 secrets: ObjectReference[], 3 imagePullSecrets: LocalObjectReference[], 4 automountServiceAccountToken!: boolean",
  Service: "1 metadata: ObjectMeta, 2 spec: ServiceSpec",
  Endpoints: "1 metadata: ObjectMeta, 2 subsets: EndpointSubset[]",
  Event:
    "1 metadata: ObjectMeta, 2 involvedObject: ObjectReference, 3 reason: text, 4 message: text, 5 source: EventSource, 6 firstTimestamp: Time, 7 lastTimestamp: Time, 8 count: integer, 9 type: text, 10 eventTime: MicroTime, 11 series: EventSeries, 12 action: text, 13 related: ObjectReference, 14 reportingComponent: text, 15 reportingInstance: text",
  Pod: "1 metadata: ObjectMeta, 2 spec: PodSpec",
  Deployment: "1 metadata: ObjectMeta, 2 spec: DeploymentSpec",
  Role: "1 metadata: ObjectMeta, 2 rules: PolicyRule[]",
  ClusterRole: "1 metadata: ObjectMeta, 2 rules: PolicyRule[], 3 aggregationRule: AggregationRule",
  RoleBinding: "1 metadata: ObjectMeta, 2 subjects: Subject[], 3 roleRef: RoleRef",
  ClusterRoleBinding: "1 metadata: ObjectMeta, 2 subjects: Subject[], 3 roleRef: RoleRef",
  TokenRequest: "1 metadata: ObjectMeta, 2 spec: TokenRequestSpec",
  TokenReview: "1 metadata: ObjectMeta, 2 spec: TokenReviewSpec",
  SelfSubjectAccessReview: "1 metadata: ObjectMeta, 2 spec: SelfSubjectAccessReviewSpec",
  SubjectAccessReview: "1 metadata: ObjectMeta, 2 spec: SubjectAccessReviewSpec",
  LocalSubjectAccessReview: "1 metadata: ObjectMeta, 2 spec: SubjectAccessReviewSpec",
  SelfSubjectRulesReview: "1 metadata: ObjectMeta, 2 spec: SelfSubjectRulesReviewSpec",
  SelfSubjectReview: "1 metadata: ObjectMeta",
  Lease: "1 metadata: ObjectMeta, 2 spec: LeaseSpec",
  EndpointSlice:
    "1 metadata: ObjectMeta, 2 endpoints: Endpoint[], 3 ports: EndpointPort[], 4 addressType: text",
  DeleteOptions:
    "1 gracePeriodSeconds!: integer, 2 preconditions: Preconditions, 3 orphanDependents!: boolean, 4 propagationPolicy: text, 5 dryRun: text[], 6 ignoreStoreReadErrorWithClusterBreakingPotential: boolean",
  OwnerReference:
    "1 kind: text, 3 name: text, 4 uid: text, 5 apiVersion: text, 6 controller!: boolean, 7 blockOwnerDeletion!: boolean",
  NamespaceSpec: "1 finalizers: text[]",
  ObjectReference:
    "1 kind: text, 2 namespace: text, 3 name: text, 4 uid: text, 5 apiVersion: text, 6 resourceVersion: text, 7 fieldPath: text",
  LocalObjectReference: "1 name: text",
  ServiceSpec:
    "1 ports: ServicePort[], 2 selector: text{}, 3 clusterIP: text, 4 type: text, 5 externalIPs: text[], 7 sessionAffinity: text, 8 loadBalancerIP: text, 9 loadBalancerSourceRanges: text[], 10 externalName: text, 11 externalTrafficPolicy: text, 12 healthCheckNodePort: integer, 13 publishNotReadyAddresses: boolean, 14 sessionAffinityConfig: SessionAffinityConfig, 17 ipFamilyPolicy: text, 18 clusterIPs: text[], 19 ipFamilies: text[], 20 allocateLoadBalancerNodePorts!: boolean, 21 loadBalancerClass: text, 22 internalTrafficPolicy: text, 23 trafficDistribution: text",
  EndpointSubset:
    "1 addresses: EndpointAddress[], 2 notReadyAddresses: EndpointAddress[], 3 ports: EndpointPort[]",
  EventSource: "1 component: text, 2 host: text",
  EventSeries: "1 count: integer, 2 lastObservedTime: MicroTime",
  PodSpec:
    "1 volumes: Volume[], 2 containers: Container[], 3 restartPolicy: text, 4 terminationGracePeriodSeconds!: integer, 5 activeDeadlineSeconds!: integer, 6 dnsPolicy: text, 7 nodeSelector: text{}, 8 serviceAccountName: text, 9 serviceAccount: text, 10 nodeName: text, 11 hostNetwork: boolean, 12 hostPID: boolean, 13 hostIPC: boolean, 14 securityContext: PodSecurityContext, 15 imagePullSecrets: LocalObjectReference[], 16 hostname: text, 17 subdomain: text, 19 schedulerName: text, 20 initContainers: Container[], 21 automountServiceAccountToken!: boolean, 22 tolerations: Toleration[], 23 hostAliases: HostAlias[], 24 priorityClassName: text, 25 priority!: integer, 26 dnsConfig: PodDNSConfig, 27 shareProcessNamespace!: boolean, 28 readinessGates: PodReadinessGate[], 29 runtimeClassName: text, 30 enableServiceLinks!: boolean, 31 preemptionPolicy: text, 32 overhead: Quantity{}, 33 topologySpreadConstraints: TopologySpreadConstraint[], 35 setHostnameAsFQDN!: boolean, 36 os: PodOS, 37 hostUsers!: boolean, 40 resources: ResourceRequirements, 41 hostnameOverride: text, 44 evictionResponders: EvictionResponder[]",
  DeploymentSpec:
    "1 replicas!: integer, 2 selector: LabelSelector, 3 template: PodTemplateSpec, 4 strategy: DeploymentStrategy, 5 minReadySeconds: integer, 6 revisionHistoryLimit!: integer, 7 paused: boolean, 9 progressDeadlineSeconds!: integer",
  PolicyRule:
    "1 verbs: text[], 2 apiGroups: text[], 3 resources: text[], 4 resourceNames: text[], 5 nonResourceURLs: text[]",
  AggregationRule: "1 clusterRoleSelectors: LabelSelector[]",
  Subject: "1 kind: text, 2 apiGroup: text, 3 name: text, 4 namespace: text",
  RoleRef: "1 apiGroup: text, 2 kind: text, 3 name: text",
  TokenRequestSpec:
    "1 audiences: text[], 3 boundObjectRef: BoundObjectReference, 4 expirationSeconds!: integer",
  TokenReviewSpec: "1 token: text, 2 audiences: text[]",
  SelfSubjectAccessReviewSpec:
    "1 resourceAttributes: ResourceAttributes, 2 nonResourceAttributes: NonResourceAttributes",
  SubjectAccessReviewSpec:
    "1 resourceAttributes: ResourceAttributes, 2 nonResourceAttributes: NonResourceAttributes, 3 user: text, 4 groups: text[], 5 extra: ExtraValue{}, 6 uid: text",
  SelfSubjectRulesReviewSpec: "1 namespace: text",
  LeaseSpec:
    "1 holderIdentity: text, 2 leaseDurationSeconds!: integer, 3 acquireTime: MicroTime, 4 renewTime: MicroTime, 5 leaseTransitions!: integer, 6 strategy: text, 7 preferredHolder: text",
  Endpoint:
    "1 addresses: text[], 2 conditions: EndpointConditions, 3 hostname: text, 4 targetRef: ObjectReference, 5 deprecatedTopology: text{}, 6 nodeName: text, 7 zone: text",
  EndpointPort: "1 name: text, 2 port!: integer, 3 protocol: text, 4 appProtocol: text",
  Preconditions: "1 uid: text, 2 resourceVersion: text",
  ServicePort:
    "1 name: text, 2 protocol: text, 3 port: integer, 4 targetPort: IntOrString, 5 nodePort: integer, 6 appProtocol: text",
  SessionAffinityConfig: "1 clientIP: ClientIPConfig",
  EndpointAddress: "1 ip: text, 2 targetRef: ObjectReference, 3 hostname: text, 4 nodeName: text",
  Volume: "1 name: text, 2 ...: VolumeSource",
  Container:
    "1 name: text, 2 image: text, 3 command: text[], 4 args: text[], 5 workingDir: text, 6 ports: ContainerPort[], 7 env: EnvVar[], 8 resources: ResourceRequirements, 9 volumeMounts: VolumeMount[], 10 livenessProbe: Probe, 11 readinessProbe: Probe, 12 lifecycle: Lifecycle, 13 terminationMessagePath: text, 14 imagePullPolicy: text, 15 securityContext: SecurityContext, 16 stdin: boolean, 17 stdinOnce: boolean, 18 tty: boolean, 19 envFrom: EnvFromSource[], 20 terminationMessagePolicy: text, 21 volumeDevices: VolumeDevice[], 22 startupProbe: Probe, 23 resizePolicy: ContainerResizePolicy[], 24 restartPolicy: text",
  PodSecurityContext:
    "2 runAsUser!: integer, 3 runAsNonRoot!: boolean, 4 supplementalGroups: integer[], 5 fsGroup!: integer, 6 runAsGroup!: integer, 7 sysctls: Sysctl[], 9 fsGroupChangePolicy: text, 10 seccompProfile: SeccompProfile, 12 supplementalGroupsPolicy: text, 13 seLinuxChangePolicy: text",
  Toleration:
    "1 key: text, 2 operator: text, 3 value: text, 4 effect: text, 5 tolerationSeconds!: integer",
  HostAlias: "1 ip: text, 2 hostnames: text[]",
  PodDNSConfig: "1 nameservers: text[], 2 searches: text[], 3 options: PodDNSConfigOption[]",
  PodReadinessGate: "1 conditionType: text",
  TopologySpreadConstraint:
    "1 maxSkew: integer, 2 topologyKey: text, 3 whenUnsatisfiable: text, 4 labelSelector: LabelSelector, 5 minDomains: integer, 6 nodeAffinityPolicy: text, 7 nodeTaintsPolicy: text, 8 matchLabelKeys: text[]",
  PodOS: "1 name: text",
  ResourceRequirements: "1 limits: Quantity{}, 2 requests: Quantity{}",
  EvictionResponder: "1 name: text, 2 priority: integer",
  LabelSelector: "1 matchLabels: text{}, 2 matchExpressions: LabelSelectorRequirement[]",
  PodTemplateSpec: "1 metadata: ObjectMeta, 2 spec: PodSpec",
  DeploymentStrategy: "1 type: text, 2 rollingUpdate: RollingUpdateDeployment",
  BoundObjectReference: "1 kind: text, 2 apiVersion: text, 3 name: text, 4 uid: text",
  ResourceAttributes:
    "1 namespace: text, 2 verb: text, 3 group: text, 4 version: text, 5 resource: text, 6 subresource: text, 7 name: text, 8 fieldSelector: FieldSelectorAttributes, 9 labelSelector: LabelSelectorAttributes",
  NonResourceAttributes: "1 path: text, 2 verb: text",
  EndpointConditions: "1 ready!: boolean, 2 serving!: boolean, 3 terminating!: boolean",
  ClientIPConfig: "1 timeoutSeconds!: integer",
  VolumeSource:
    "1 hostPath: HostPathVolumeSource, 2 emptyDir: EmptyDirVolumeSource, 6 secret: SecretVolumeSource, 10 persistentVolumeClaim: PersistentVolumeClaimVolumeSource, 16 downwardAPI: DownwardAPIVolumeSource, 19 configMap: ConfigMapVolumeSource, 26 projected: ProjectedVolumeSource",
  ContainerPort:
    "1 name: text, 2 hostPort: integer, 3 containerPort: integer, 4 protocol: text, 5 hostIP: text",
  EnvFromSource: "1 prefix: text, 2 configMapRef: ConfigMapEnvSource, 3 secretRef: SecretEnvSource",
  EnvVar: "1 name: text, 2 value: text, 3 valueFrom: EnvVarSource",
  ContainerResizePolicy: "1 resourceName: text, 2 restartPolicy: text",
  VolumeMount:
    "1 name: text, 2 readOnly: boolean, 3 mountPath: text, 4 subPath: text, 5 mountPropagation: text, 6 subPathExpr: text, 7 recursiveReadOnly: text, 8 bindMountOptions: text[]",
  VolumeDevice: "1 name: text, 2 devicePath: text",
  Probe:
    "1 ...: ProbeHandler, 2 initialDelaySeconds: integer, 3 timeoutSeconds: integer, 4 periodSeconds: integer, 5 successThreshold: integer, 6 failureThreshold: integer, 7 terminationGracePeriodSeconds!: integer",
  Lifecycle: "1 postStart: LifecycleHandler, 2 preStop: LifecycleHandler, 3 stopSignal: text",
  SecurityContext:
    "1 capabilities: Capabilities, 2 privileged!: boolean, 4 runAsUser!: integer, 5 runAsNonRoot!: boolean, 6 readOnlyRootFilesystem!: boolean, 7 allowPrivilegeEscalation!: boolean, 8 runAsGroup!: integer, 9 procMount: text, 11 seccompProfile: SeccompProfile",
  Sysctl: "1 name: text, 2 value: text",
  SeccompProfile: "1 type: text, 2 localhostProfile: text",
  PodDNSConfigOption: "1 name: text, 2 value: text",
  LabelSelectorRequirement: "1 key: text, 2 operator: text, 3 values: text[]",
  RollingUpdateDeployment: "1 maxUnavailable: IntOrString, 2 maxSurge: IntOrString",
  FieldSelectorAttributes: "1 rawSelector: text, 2 requirements: FieldSelectorRequirement[]",
  LabelSelectorAttributes: "1 rawSelector: text, 2 requirements: LabelSelectorRequirement[]",
  HostPathVolumeSource: "1 path: text, 2 type: text",
  EmptyDirVolumeSource: "1 medium: text, 2 sizeLimit: Quantity, 3 mode: integer",
  SecretVolumeSource:
    "1 secretName: text, 2 items: KeyToPath[], 3 defaultMode!: integer, 4 optional!: boolean, 5 defaultUser: integer",
  PersistentVolumeClaimVolumeSource: "1 claimName: text, 2 readOnly: boolean",
  DownwardAPIVolumeSource:
    "1 items: DownwardAPIVolumeFile[], 2 defaultMode: integer, 3 defaultUser: integer",
  ConfigMapVolumeSource:
    "1 ...: LocalObjectReference, 2 items: KeyToPath[], 3 defaultMode!: integer, 4 optional!: boolean, 5 defaultUser: integer",
  ProjectedVolumeSource:
    "1 sources: VolumeProjection[], 2 defaultMode: integer, 3 defaultUser: integer",
  ConfigMapEnvSource: "1 ...: LocalObjectReference, 2 optional!: boolean",
  SecretEnvSource: "1 ...: LocalObjectReference, 2 optional!: boolean",
  EnvVarSource:
    "1 fieldRef: ObjectFieldSelector, 2 resourceFieldRef: ResourceFieldSelector, 3 configMapKeyRef: ConfigMapKeySelector, 4 secretKeyRef: SecretKeySelector",
  ProbeHandler:
    "1 exec: ExecAction, 2 httpGet: HTTPGetAction, 3 tcpSocket: TCPSocketAction, 4 grpc: GRPCAction",
  LifecycleHandler:
    "1 exec: ExecAction, 2 httpGet: HTTPGetAction, 3 tcpSocket: TCPSocketAction, 4 sleep: SleepAction",
  Capabilities: "1 add: text[], 2 drop: text[]",
  FieldSelectorRequirement: "1 key: text, 2 operator: text, 3 values: text[]",
  KeyToPath: "1 key: text, 2 path: text, 3 mode: integer, 4 user: integer",
  DownwardAPIVolumeFile:
    "1 path: text, 2 fieldRef: ObjectFieldSelector, 3 resourceFieldRef: ResourceFieldSelector, 4 mode: integer, 5 user: integer",
  VolumeProjection:
    "1 secret: SecretProjection, 2 downwardAPI: DownwardAPIProjection, 3 configMap: ConfigMapProjection, 4 serviceAccountToken: ServiceAccountTokenProjection",
  ObjectFieldSelector: "1 apiVersion: text, 2 fieldPath: text",
  ResourceFieldSelector: "1 containerName: text, 2 resource: text, 3 divisor: Quantity",
  ConfigMapKeySelector: "1 ...: LocalObjectReference, 2 key: text, 3 optional!: boolean",
  SecretKeySelector: "1 ...: LocalObjectReference, 2 key: text, 3 optional!: boolean",
  ExecAction: "1 command: text[]",
  HTTPGetAction:
    "1 path: text, 2 port: IntOrString, 3 host: text, 4 scheme: text, 5 httpHeaders: HTTPHeader[], 6 protocol: text",
  TCPSocketAction: "1 port: IntOrString, 2 host: text",
  GRPCAction: "1 port: integer, 2 service: text, 3 mode: text",
  SleepAction: "1 seconds: integer",
  SecretProjection: "1 ...: LocalObjectReference, 2 items: KeyToPath[], 4 optional!: boolean",
  DownwardAPIProjection: "1 items: DownwardAPIVolumeFile[]",
  ConfigMapProjection: "1 ...: LocalObjectReference, 2 items: KeyToPath[], 4 optional!: boolean",
  ServiceAccountTokenProjection:
    "1 audience: text, 2 expirationSeconds: integer, 3 path: text, 4 user: integer",
  HTTPHeader: "1 name: text, 2 value: text",
} as const satisfies Readonly<Record<string, string>>;
