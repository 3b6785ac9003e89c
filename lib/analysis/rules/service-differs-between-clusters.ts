import { type Difference, differences, writtenDifferences } from "../facts/cluster-differences";
import { listed, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "service-differs-between-clusters",
  code: "IST0170",
  aliases: [],
  level: "Warning",
  kinds: ["Service"],
  reads: [],
  title: "A Service is not the same in all clusters of the mesh",
  why: "In a mesh of several clusters, Services of one name and namespace are one. Where they differ, what a request meets depends on the cluster that its client is in: a port that is missing, another protocol, or no virtual address.",
  fix: "Give the Service the same type, ports and port names in each cluster.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { clusterIP: None, ports: [{ name: http, port: 9080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: ratings, namespace: shop }
spec: { type: NodePort, ports: [{ name: grpc, port: 9080 }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { type: ClusterIP, ports: [{ name: http, port: 9080, targetPort: 9080, protocol: TCP }] }
---
apiVersion: v1
kind: Service
metadata: { name: details, namespace: shop }
spec: { clusterIP: None }`,
    otherCluster: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 9080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: ratings, namespace: shop }
spec: { ports: [{ name: http, port: 9080 }] }`,
  },
  istioctl: {
    analyzers: ["services.MultiClusterServiceAnalyzer"],
    // The order of its names changes from run to run.
    *check(subject, mesh) {
      const { clusters, found } = writtenDifferences(subject, mesh);
      if (clusters.length === 0) return;
      const named = [mesh.clusters?.own ?? "", ...clusters].sort().map(quoted);
      const reasons = found.map((one) => ISTIOCTL_WORDS[one]).sort();
      yield {
        message: `The service ${subject.name} in namespace ${quoted(subject.namespace)} is inconsistent across clusters ${listed(named)}, which can lead to undefined behaviors. The inconsistent behaviors are: ${reasons.join("; ")}.`,
      };
    },
  },

  *check(subject, mesh) {
    const { clusters, found } = differences(subject, mesh);
    if (clusters.length === 0) return;
    yield {
      path: ["spec"],
      message: `This Service differs from that of the same name in ${clusters.join(", ")}: in ${found.map((one) => WORDS[one]).join(" and ")}.`,
    };
  },
});

const WORDS: Readonly<Record<Difference, string>> = {
  mode: "being headless",
  type: "its type",
  ports: "its ports",
};

const ISTIOCTL_WORDS: Readonly<Record<Difference, string>> = {
  mode: "service has mixed mode like headless and clusterIP",
  type: "service type is inconsistent",
  ports: "service ports are inconsistent",
};
