import { AppError } from "@/lib/base/errors";

/** What a failed connection means, and what to do: by the code of Node's error. */
const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ECONNREFUSED: ["nothing listens there", "Start the API server, or correct the kubeconfig."],
  ECONNRESET: ["it closed the connection", "Try again; look at the API server's log."],
  EPIPE: ["it closed the connection", "Try again; look at the API server's log."],
  ENOTFOUND: ["its name is unknown", "Check the server's name in the kubeconfig, and DNS."],
  EAI_AGAIN: ["its name cannot be looked up now", "Check DNS."],
  EHOSTUNREACH: ["there is no route to it", "Check the network, or connect the VPN."],
  ENETUNREACH: ["there is no route to it", "Check the network, or connect the VPN."],
  ETIMEDOUT: ["it does not answer", "Check the network, or connect the VPN."],
  CERT_HAS_EXPIRED: ["its certificate has expired", "Renew the API server's certificate."],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "Correct the server's name in the kubeconfig, or set tls-server-name.",
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    "its certificate is not signed by the authority of the kubeconfig",
    "Correct certificate-authority-data in the kubeconfig.",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: [
    "its certificate is not signed by the authority of the kubeconfig",
    "Correct certificate-authority-data in the kubeconfig.",
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "its certificate is not signed by the authority of the kubeconfig",
    "Correct certificate-authority-data in the kubeconfig.",
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    "its certificate is not signed by the authority of the kubeconfig",
    "Correct certificate-authority-data in the kubeconfig.",
  ],
};

/** An AppError for a connection to `server` that failed; an AppError passes as it is. */
export function networkError(cause: unknown, server: URL): AppError {
  if (cause instanceof AppError) return cause;
  const code = codeOf(cause);
  const known = REASONS[code];
  const reason = known?.[0] ?? (cause instanceof Error ? cause.message : code);
  return new AppError("unavailable", `Cannot reach the cluster at ${server.host}: ${reason}`, {
    cause,
    hint: known?.[1] ?? "Check that the API server runs and that the kubeconfig points at it.",
  });
}

function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  return cause instanceof Error && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : "";
}
