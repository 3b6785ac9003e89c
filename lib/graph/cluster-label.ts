/** Istio's label for the cluster of a workload: boxes by it are those of the mesh's clusters. */
export const CLUSTER = "topology.istio.io/cluster";
