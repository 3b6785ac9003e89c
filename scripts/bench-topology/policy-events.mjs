// A change of the cluster that the picture shows at once: the mTLS mode of the gateways' namespace.

const POLICIES = "/apis/security.istio.io/v1/namespaces/istio-ingress/peerauthentications";
const POLICY = {
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "bench", namespace: "istio-ingress" },
  spec: { mtls: { mode: "DISABLE" } },
};

/** Adds the policy, or takes it away, through `api`. */
export const setPolicy = (api, present) =>
  present ? api("POST", POLICIES, POLICY) : api("DELETE", `${POLICIES}/bench`);
