import type { FieldDocs } from "./field-docs";

/** TLS that a gateway or a sidecar's ingress ends or passes through. */
const SERVER_TLS: FieldDocs = {
  "tls.mode":
    "`SIMPLE` ends TLS, `MUTUAL` asks for a client certificate, `OPTIONAL_MUTUAL` takes one if there is any, `PASSTHROUGH` routes by SNI without ending it, `AUTO_PASSTHROUGH` by SNI of the mesh's own clusters, `ISTIO_MUTUAL` uses Istio's certificates.",
  "tls.httpsRedirect": "`true` answers HTTP with 301 to HTTPS.",
  "tls.serverCertificate": "File with the server's certificate. Excludes `credentialName`.",
  "tls.credentialNames": "Several Secrets, for RSA and ECDSA beside each other; at most 2.",
  "tls.caCertCredentialName":
    "Secret or ConfigMap with the authorities' certificates, where they are not in `credentialName`.",
  "tls.tlsCertificates": "Several pairs of certificate and key from files; at most 2.",
  "tlsCertificates.serverCertificate": "File with the certificate.",
  "tlsCertificates.privateKey": "File with its key.",
  "tlsCertificates.caCertificates": "Not used; name it beside `tlsCertificates`.",
  verifyCertificateSpki:
    "Hashes (base64 of SHA-256) of public keys, one of which a client must have.",
  verifyCertificateHash:
    "Hashes (hex of SHA-256) of certificates, one of which a client must have.",
  minProtocolVersion: "Oldest TLS version. `TLS_AUTO` is TLS 1.2.",
  maxProtocolVersion: "Newest TLS version. `TLS_AUTO` is TLS 1.3.",
  cipherSuites: "Cipher suites that are offered, for TLS up to 1.2. Unknown ones are left out.",
  ecdhCurves: "Curves for the key exchange, in order.",
  "tls.subjectAltNames": "Names one of which a client's certificate must carry.",
};

/** Istio's Gateway. */
export const GATEWAY: FieldDocs = {
  ...SERVER_TLS,
  spec: "Ports, hosts and certificates that gateway pods open; VirtualServices say where traffic goes.",
  "spec.selector":
    "Labels of the gateway pods, looked for in all namespaces unless istiod limits it.",
  "spec.servers": "What is opened. Servers of all Gateways on the same pods are put together.",
  "servers.port": "The port that is opened.",
  "servers.hosts":
    "Hosts that are served: `HOST`, `*.DOMAIN`, or `NAMESPACE/HOST` to take VirtualServices from one namespace only (`.` its own).",
  "servers.name": "Name of the server, unique in the object; for telemetry.",
  "servers.tls": "Certificates and TLS mode. Needed for HTTPS and TLS ports.",
  "servers.bind": "Address that is listened on. Default: all of them.",
  "servers.defaultEndpoint": "Not used.",
  "port.targetPort": "Not used by gateways.",
};

/** Sidecar. */
export const SIDECAR: FieldDocs = {
  ...SERVER_TLS,
  spec: "What the proxies of some pods listen to, and which hosts they know: less is lighter.",
  "spec.workloadSelector":
    "Pods it is for. Absent: all of the namespace without one of their own; only one such object each namespace.",
  "spec.ingress": "What is taken in. Absent: the ports of the pod's Services.",
  "spec.egress": "What may be reached. Absent: everything that is visible.",
  "spec.outboundTrafficPolicy":
    "What becomes of traffic to unknown hosts. Absent: as the mesh says.",
  "spec.inboundConnectionPool": "Limits on what comes in, for all ports.",
  "inboundConnectionPool.tcp": "Limits on connections, for HTTP and TCP alike.",
  "inboundConnectionPool.http": "Limits on HTTP requests.",
  "ingress.port": "Port that is listened on.",
  "ingress.tls": "TLS that is ended here, for pods without the mesh's own mutual TLS.",
  "ingress.connectionPool": "Limits on what comes in by this port.",
  "egress.hosts":
    "Known hosts as `NAMESPACE/HOST`: `./*` its own namespace, `*/*` all, `istio-system/*`, `~/*` none.",
  "egress.port": "Only this port of the hosts.",
  "outboundTrafficPolicy.mode": "`ALLOW_ANY` lets it pass, `REGISTRY_ONLY` answers 502 or closes.",
  egressProxy: "Where traffic to unknown hosts is sent.",
  "egressProxy.host": "Host of the proxy, of the registry.",
  "egressProxy.port": "Its port.",
  "egressProxy.subset": "Its subset.",
};
