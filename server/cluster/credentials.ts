import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { AppError } from "@/lib/base/errors";
import type { ClusterLocation } from "../env";
import { completeUser } from "./kubeconfig-user";

/** What a TLS connection to the API server is made with. */
interface TlsOptions {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly rejectUnauthorized: boolean;
  readonly servername: string | undefined;
}

/** One consistent reading of the kubeconfig. */
export interface Credentials {
  readonly server: URL;
  readonly context: string;
  readonly user: string;
  /** The one that the context names; in a cluster, that of the pod. */
  readonly namespace?: string | undefined;
  readonly tls: TlsOptions;
  /** Names `tls`: connections of another fingerprint must not be used again. */
  readonly fingerprint: string;
  /** Headers that say who asks. Never to be logged. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads who we are; `renew` forgets tokens and files that were read before. */
export interface CredentialSource {
  read(options?: { renew?: boolean }): Promise<Credentials>;
}

const PROBLEM_HINT = "Correct the file, or name another one with --kubeconfig and --context.";

/**
 * The credentials of a cluster. Auth material comes from client-node's KubeConfig, which knows
 * exec plug-ins, OIDC and token files; a kubeconfig that changed on disk is read again.
 *
 * `read` @throws AppError `invalid` for a file that cannot be used, `unsupported` without cluster.
 */
export function credentialSource(location: ClusterLocation | undefined): CredentialSource {
  let loaded: { config: KubeConfig; stamp: string } | undefined;
  return {
    async read({ renew = false } = {}) {
      if (!location) {
        throw new AppError("unsupported", "No cluster is configured", {
          hint: "Start Quarterdeck with --kubeconfig, --context or --in-cluster, or with `npm start` for the sandbox.",
        });
      }
      const stamp = stampOf(location);
      if (!loaded || renew || loaded.stamp !== stamp) {
        loaded = { config: load(location), stamp };
      }
      return credentialsOf(loaded.config);
    },
  };
}

function stampOf(location: ClusterLocation): string {
  const file = location.type === "kubeconfig" ? location.file : undefined;
  const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}/${stat.size}` : "";
}

function load(location: ClusterLocation): KubeConfig {
  const config = new KubeConfig();
  if (location.type === "in-cluster") {
    config.loadFromCluster();
    return config;
  }
  const { file, context } = location;
  if (file !== undefined && !existsSync(file)) {
    throw new AppError("invalid", `There is no kubeconfig at ${file}`, { hint: PROBLEM_HINT });
  }
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (cause) {
    throw new AppError("invalid", `${file ?? "The kubeconfig"} is not a kubeconfig`, {
      cause,
      hint: PROBLEM_HINT,
    });
  }
  if (config.contexts.length === 0) {
    throw new AppError("invalid", `${file ?? "The kubeconfig"} is not a kubeconfig: no contexts`, {
      hint: PROBLEM_HINT,
    });
  }
  if (context !== undefined) config.setCurrentContext(context);
  if (!config.getContextObject(config.currentContext)) {
    const known = config.contexts.map(({ name }) => name).join(", ");
    throw new AppError(
      "invalid",
      `${file ?? "The kubeconfig"} has no context ${config.currentContext || "that is current"}`,
      { hint: known ? `It has ${known}.` : PROBLEM_HINT },
    );
  }
  if (file !== undefined) completeUser(config, file);
  return config;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  if (!cluster || !URL.canParse(cluster.server)) {
    throw new AppError("invalid", `Context ${config.currentContext} names no usable cluster`, {
      hint: PROBLEM_HINT,
    });
  }
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("invalid", `The credentials of the kubeconfig cannot be read: ${reason}`, {
      cause,
      hint: PROBLEM_HINT,
    });
  }
  const tls: TlsOptions = {
    ca: bytes(options.ca),
    cert: bytes(options.cert),
    key: bytes(options.key),
    rejectUnauthorized: options.rejectUnauthorized ?? true,
    servername: options.servername,
  };
  return {
    server: new URL(cluster.server),
    context: config.currentContext,
    user: config.getCurrentUser()?.name ?? "",
    namespace: config.getContextObject(config.currentContext)?.namespace,
    tls,
    fingerprint: fingerprintOf(tls),
    headers: headersOf(options),
  };
}

/** client-node reads certificates as buffers, or leaves them out. */
const bytes = (value: unknown): Buffer | undefined =>
  Buffer.isBuffer(value) ? value : typeof value === "string" ? Buffer.from(value) : undefined;

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const entries = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    typeof value === "string" ? [[name.toLowerCase(), value] as const] : [],
  );
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` } : {};
  return { ...Object.fromEntries(entries), ...basic };
}

function fingerprintOf(tls: TlsOptions): string {
  const hash = createHash("sha256");
  for (const part of [tls.ca, tls.cert, tls.key]) hash.update(part ?? "-").update("|");
  return hash.update(`${tls.rejectUnauthorized}|${tls.servername ?? ""}`).digest("hex");
}
