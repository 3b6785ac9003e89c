import type { FieldDocs } from "./field-docs";

/** One machine or pod, as ServiceEntry, WorkloadEntry and WorkloadGroup write it. */
const ENDPOINT: FieldDocs = {
  address: "Address or DNS name of the endpoint, or `unix:///PATH`.",
  ports: "Port of the endpoint for each port's name of the service.",
  labels: "Labels of the endpoint, for selectors and subsets.",
  network: "Network it is on; endpoints of other networks are reached through gateways.",
  locality: "`REGION/ZONE/SUBZONE`, for locality load balancing.",
  weight: "Share among the endpoints. Default 1.",
  serviceAccount: "Identity of the endpoint, needed where it speaks the mesh's mutual TLS.",
};

/** ServiceEntry. */
export const SERVICE_ENTRY: FieldDocs = {
  ...Object.fromEntries(
    Object.entries(ENDPOINT).map(([name, text]) => [`endpoints.${name}`, text]),
  ),
  spec: "Adds hosts to the registry that Kubernetes does not know: outside services, VMs.",
  "spec.hosts":
    "Names that clients use: DNS names, or `*.` and a domain with resolution NONE or DYNAMIC_DNS.",
  "spec.addresses":
    "Virtual addresses, with or without a mask, for TCP. Absent: one may be assigned by Istio.",
  "spec.ports": "Ports of the host.",
  "spec.location":
    "`MESH_EXTERNAL` (default): outside, without the mesh's mutual TLS. `MESH_INTERNAL`: part of it.",
  "spec.resolution":
    "How endpoints are found: `NONE` the address that the client asked for, `STATIC` the list, `DNS` asked by each proxy, `DNS_ROUND_ROBIN` the first answer, `DYNAMIC_DNS` for wildcards.",
  "spec.endpoints": "The endpoints. Excludes `workloadSelector`.",
  "spec.workloadSelector":
    "Endpoints are the pods and WorkloadEntries of the namespace with these labels. Excludes `endpoints`.",
  "spec.subjectAltNames": "Identities that the endpoints' certificates may carry.",
  "ports.name": "Name of the port; endpoints use it.",
  "ports.protocol": "HTTP, HTTPS, HTTP2, GRPC, MONGO, TCP or TLS.",
  "ports.targetPort": "Port of the endpoints where it differs from `number`.",
};

/** WorkloadEntry. */
export const WORKLOAD_ENTRY: FieldDocs = {
  ...ENDPOINT,
  spec: "One machine outside Kubernetes that serves a part of the mesh, as a pod would.",
};

/** WorkloadGroup. */
export const WORKLOAD_GROUP: FieldDocs = {
  ...ENDPOINT,
  spec: "What WorkloadEntries of machines that register themselves look like.",
  "spec.metadata": "Labels and annotations of the entries.",
  "metadata.labels": "Labels of the entries.",
  "metadata.annotations": "Annotations of the entries.",
  "spec.template": "The entry itself, without its address.",
  "spec.probe": "How it is checked whether a machine may get traffic.",
  "probe.httpGet": "Healthy when a GET answers 200 to 399.",
  "httpGet.path": "Path that is asked for.",
  "httpGet.port": "Port that is asked.",
  "httpGet.host": "Host that is connected to. Default: the machine itself.",
  "httpGet.scheme": "`HTTP` (default) or `HTTPS`.",
  "httpGet.httpHeaders": "Headers that are sent.",
  "httpHeaders.name": "Name of the header.",
  "httpHeaders.value": "Its value.",
  "probe.tcpSocket": "Healthy when a connection is taken.",
  "tcpSocket.host": "Host that is connected to. Default: the machine itself.",
  "tcpSocket.port": "Port that is connected to.",
  "probe.exec": "Healthy when a command ends with 0.",
  "exec.command": "The command with its arguments; no shell.",
  "probe.grpc": "Healthy when gRPC's health service says so.",
  "grpc.port": "Port of the gRPC server.",
  "grpc.service": "Name that the health service is asked for.",
  initialDelaySeconds: "Seconds before the first check. Default 0.",
  timeoutSeconds: "Seconds that one check may take. Default 1.",
  periodSeconds: "Seconds between two checks. Default 10.",
  successThreshold: "Checks in a row that must pass to be healthy. Default 1.",
  failureThreshold: "Checks in a row that must fail to be unhealthy. Default 3.",
};
