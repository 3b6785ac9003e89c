import { type Fault, fault } from "./fault";

/** What goes wrong in workloads, Services and namespaces. */
export const WORKLOAD_FAULTS: readonly Fault[] = [
  fault(
    "port-name",
    `
apiVersion: v1
kind: Service
metadata: { name: odd }
spec: { ports: [{ name: api, port: 81 }] }
`,
    [["IST0118", "Service/odd", "spec.ports[0].name"]],
  ),
  fault(
    "target-port",
    `
apiVersion: v1
kind: Service
metadata: { name: odd }
spec: { selector: { app: server }, ports: [{ name: http, port: 82, targetPort: htpp }] }
`,
    [["KIA0701", "Service/odd", "spec.ports[0].targetPort"]],
  ),
  fault(
    "protocols-conflict",
    `
apiVersion: v1
kind: Service
metadata: { name: dns-tcp }
spec: { selector: { app: dns }, ports: [{ name: tcp, port: 53, protocol: TCP }] }
---
apiVersion: v1
kind: Service
metadata: { name: dns-udp }
spec: { selector: { app: dns }, ports: [{ name: udp, port: 53, protocol: UDP }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: dns-v1 }
spec:
  selector: { matchLabels: { app: dns, version: v1 } }
  template:
    metadata: { labels: { app: dns, version: v1 } }
    spec: { containers: [{ name: dns, image: registry.example.com/dns:v1, ports: [{ containerPort: 53, protocol: TCP }, { containerPort: 53, protocol: UDP }] }] }
`,
    [["IST0116", "Deployment/dns-v1", "metadata.name"]],
  ),
  fault(
    "target-ports-conflict",
    `
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: server }, ports: [{ name: http-a, port: 83, targetPort: 8080 }, { name: http-b, port: 84, targetPort: 8080 }] }
`,
    [["IST0137", "Deployment/server-v1", "metadata.name"]],
  ),
  fault(
    "user-reserved",
    `
apiVersion: v1
kind: Service
metadata: { name: worker }
spec: { selector: { app: worker }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker-v1 }
spec:
  selector: { matchLabels: { app: worker, version: v1 } }
  template:
    metadata: { labels: { app: worker, version: v1 } }
    spec: { containers: [{ name: worker, image: registry.example.com/worker:v1, ports: [{ containerPort: 8080 }], securityContext: { runAsUser: 1337 } }] }
`,
    [
      [
        "IST0144",
        "Deployment/worker-v1",
        "spec.template.spec.containers[0].securityContext.runAsUser",
      ],
      ["IST0144", "Pod/worker-v1", "spec.containers[0].securityContext.runAsUser"],
    ],
  ),
  fault(
    "annotation-unknown",
    `
apiVersion: v1
kind: Service
metadata: { name: worker, annotations: { sidecar.istio.io/proxyCpu: 100m } }
spec: { selector: { app: server }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`,
    [["IST0108", "Service/worker", 'metadata.annotations["sidecar.istio.io/proxyCpu"]']],
  ),
  fault(
    "annotation-misplaced",
    `
apiVersion: v1
kind: Service
metadata: { name: worker, annotations: { proxy.istio.io/config: "concurrency: 2" } }
spec: { selector: { app: server }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`,
    [["IST0107", "Service/worker", 'metadata.annotations["proxy.istio.io/config"]']],
  ),
  fault(
    "external-name-port",
    `
apiVersion: v1
kind: Service
metadata: { name: partner }
spec: { type: ExternalName, externalName: partner.example.net, ports: [{ name: tcp, port: 443 }] }
`,
    [["IST0150", "Service/partner", "spec.ports[0].name"]],
  ),
  fault(
    "pod-without-proxy",
    `
apiVersion: v1
kind: Pod
metadata: { name: server-by-hand, labels: { app: server, version: v1 } }
spec: { serviceAccountName: server, containers: [{ name: server, image: registry.example.com/server:v1, ports: [{ containerPort: 8080 }] }] }
`,
    [["IST0103", "Pod/server-by-hand", "metadata.name"]],
  ),
  fault(
    "labels-conflict",
    "",
    [["IST0123", "Namespace/labels-conflict", 'metadata.labels["istio.io/rev"]']],
    { "istio-injection": "enabled", "istio.io/rev": "canary" },
  ),
  fault(
    "namespace-unlabelled",
    "",
    [["IST0102", "Namespace/namespace-unlabelled", "metadata.name"]],
    {},
  ),
  fault(
    "labels-missing",
    `
apiVersion: v1
kind: Service
metadata: { name: nameless }
spec: { selector: { tier: backend }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: nameless }
spec:
  selector: { matchLabels: { tier: backend } }
  template:
    metadata: { labels: { tier: backend } }
    spec: { containers: [{ name: nameless, image: registry.example.com/nameless:v1, ports: [{ containerPort: 8080 }] }] }
`,
    [["QD0201", "Deployment/nameless", "spec.template.metadata.labels"]],
  ),
  fault(
    "without-service",
    `
apiVersion: apps/v1
kind: Deployment
metadata: { name: lonely-v1 }
spec:
  selector: { matchLabels: { app: lonely, version: v1 } }
  template:
    metadata: { labels: { app: lonely, version: v1 } }
    spec: { containers: [{ name: lonely, image: registry.example.com/lonely:v1, ports: [{ containerPort: 8080 }] }] }
`,
    [["QD0203", "Deployment/lonely-v1", "metadata"]],
  ),
  fault(
    "machine-account-unknown",
    `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: machine }
spec: { metadata: { labels: { app: machine } }, template: { serviceAccount: nobody } }
`,
    [["KIA1701", "WorkloadGroup/machine", "spec.template.serviceAccount"]],
  ),
  fault(
    "machine-groups-twice",
    `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: a }
spec: { metadata: { labels: { app: machine } }, template: { serviceAccount: server } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: b }
spec: { metadata: { labels: { app: machine } }, template: { serviceAccount: server } }
`,
    [
      ["KIA1702", "WorkloadGroup/a", "spec.metadata.labels"],
      ["KIA1702", "WorkloadGroup/b", "spec.metadata.labels"],
    ],
  ),
];
