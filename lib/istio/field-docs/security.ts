import type { FieldDocs } from "./field-docs";

/** AuthorizationPolicy. */
export const AUTHORIZATION_POLICY: FieldDocs = {
  spec: "Who may send what to some pods. Order: CUSTOM, then DENY, then ALLOW; with any ALLOW policy, what none allows is denied.",
  "spec.action": "`ALLOW` (default), `DENY`, `AUDIT` (logs only), `CUSTOM` asks `provider`.",
  "spec.provider": "The extension provider of the mesh configuration that decides, with CUSTOM.",
  "provider.name": "Name of the extension provider.",
  "spec.rules":
    "The policy applies when one rule matches. Absent or empty: never matches, so ALLOW then denies all. `- {}` matches everything.",
  "rules.from": "Who: one entry must match. Absent: anybody.",
  "rules.to": "What: one entry must match. Absent: anything.",
  "rules.when": "Further conditions, all of which must hold.",
  "from.source": "The caller; all fields that are given must match.",
  "to.operation": "The request; all fields that are given must match. HTTP fields never match TCP.",
  principals:
    "Identities of mutual TLS: `TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`; `*` at an end is a wildcard.",
  notPrincipals: "None of these identities.",
  requestPrincipals: "`ISSUER/SUBJECT` of a valid token; `*` asks for any valid one.",
  notRequestPrincipals: "None of these; `*` stands for requests without a valid token.",
  namespaces: "Namespaces of the caller, by its mutual TLS identity.",
  notNamespaces: "None of these namespaces.",
  serviceAccounts: "`NAMESPACE/ACCOUNT` of the caller, or the account alone for this namespace.",
  notServiceAccounts: "None of these accounts.",
  trustDomains: "Trust domains of the caller's identity.",
  notTrustDomains: "None of these trust domains.",
  ipBlocks: "Addresses of the other end of the connection, with or without a mask.",
  notIpBlocks: "None of these addresses.",
  remoteIpBlocks: "Addresses of the original client, from X-Forwarded-For or the PROXY protocol.",
  notRemoteIpBlocks: "None of these addresses.",
  "operation.hosts": "Hosts of the request; case does not count. HTTP only.",
  "operation.notHosts": "None of these hosts.",
  "operation.ports": "Ports of the pod, not of the Service.",
  "operation.notPorts": "None of these ports.",
  "operation.methods": "HTTP methods; for gRPC always POST.",
  "operation.notMethods": "None of these methods.",
  "operation.paths":
    "Paths without query, after normalisation; `*` at an end, or templates with `{*}` and `{**}`. gRPC: `/PACKAGE.SERVICE/METHOD`.",
  "operation.notPaths": "None of these paths.",
  "when.key":
    "An attribute: `request.headers[NAME]`, `source.ip`, `request.auth.claims[NAME]`, `connection.sni`, …",
  "when.values": "One of these must be its value.",
  "when.notValues": "None of these may be its value.",
};

/** PeerAuthentication. */
export const PEER_AUTHENTICATION: FieldDocs = {
  spec: "Whether pods take plain text, mutual TLS or both. Pod wins over namespace, namespace over mesh.",
  "spec.mtls": "For all ports of the pods.",
  "spec.portLevelMtls": "For single ports of the pods (not of the Service). Needs a `selector`.",
  "mtls.mode":
    "`STRICT` mutual TLS only, `PERMISSIVE` both, `DISABLE` plain text only, `UNSET` as the wider policy says.",
  "portLevelMtls.mode":
    "`STRICT` mutual TLS only, `PERMISSIVE` both, `DISABLE` plain text only, `UNSET` as the pods' policy says.",
};

/** RequestAuthentication. */
export const REQUEST_AUTHENTICATION: FieldDocs = {
  spec: "Which tokens (JWT) are checked. A wrong token is 401; a request without one passes unless an AuthorizationPolicy asks for it.",
  "spec.jwtRules": "Issuers whose tokens are taken. A request may carry one valid token for each.",
  "jwtRules.issuer": "The issuer as the token's `iss` has it.",
  "jwtRules.audiences": "One of these must be in the token's `aud`. Absent: any.",
  jwksUri: "Where the issuer's public keys are. Fetched by istiod and kept.",
  jwks_uri: "Older spelling of `jwksUri`.",
  jwks: "The issuer's public keys, inline. Excludes `jwksUri`.",
  "jwtRules.timeout": "How long the keys may take to fetch. Default 5s.",
  "jwtRules.fromHeaders":
    "Headers that hold the token. Absent: `Authorization: Bearer` and the parameter `access_token`.",
  "fromHeaders.name": "Name of the header.",
  "fromHeaders.prefix": "What stands before the token, such as `Bearer ` with its blank.",
  "jwtRules.fromParams": "Parameters of the query that hold the token.",
  "jwtRules.fromCookies": "Cookies that hold the token.",
  "jwtRules.forwardOriginalToken": "`true` leaves the token in the request.",
  "jwtRules.outputPayloadToHeader": "Header that gets the token's payload, base64url.",
  "jwtRules.outputClaimToHeaders": "Headers that get single claims.",
  "outputClaimToHeaders.header": "Name of the header.",
  "outputClaimToHeaders.claim": "Name of the claim; only text, numbers and booleans.",
  "jwtRules.spaceDelimitedClaims":
    "Claims that are lists of words with blanks between, as `scope` is.",
  "jwtRules.presence":
    "`REQUIRED` refuses requests without a token of this issuer, `OPTIONAL` (default) does not.",
};
