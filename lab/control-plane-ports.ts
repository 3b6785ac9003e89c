/** Where the parts of the control plane listen on this machine. */
export const ETCD_PORT = 12_379;
export const KUBELET_PORT = 11_250;

/** Ports of istiod on the host; inside the cluster its pod listens on the usual ones. */
export const ISTIOD = {
  http: 18_080,
  grpc: 15_010,
  xds: 15_012,
  webhook: 15_017,
  monitoring: 15_014,
  controlz: 9_876,
};
export const ISTIOD_POD = "istiod-lab";
