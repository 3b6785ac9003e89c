// A change of the cluster that the picture shows at once: the mTLS mode of the gateways' namespace.

const POLICIES = "/apis/security.istio.io/v1/namespaces/istio-ingress/peerauthentications";
const POLICY = {
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "bench", namespace: "istio-ingress" },
  spec: { mtls: { mode: "DISABLE" } },
};

/** Tells of each change of the policy as any client of the API server hears it; resolves to its end. */
export const watchPolicy = (api, onChange) =>
  api.watch(POLICIES, ({ type, object }) => {
    if (object.metadata.name === "bench") onChange(type === "ADDED");
  });

/** Adds the policy, or takes it away, through `api`. */
export const setPolicy = (api, present) =>
  present ? api("POST", POLICIES, POLICY) : api("DELETE", `${POLICIES}/bench`);
