import type { KindId, ObjectRef } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { MeshView } from "@/lib/mesh/view";
import { clusterName } from "../cluster-rows";
import { nackKind } from "../why/nack-kinds";
import { readNack } from "../why/nack";
import { type AccessLogLine, readAccessLog } from "./access-log";
import { RESPONSE_FLAGS } from "./response-flags";

/** One thing that a pasted text says, what it means, and what to look at. */
export interface Explanation {
  /** `UO`, `rbac_access_denied…`, `0.0.0.0_80`: the part that is explained. */
  readonly about: string;
  readonly meaning: string;
  readonly cause: string;
  readonly next: string;
  /** Objects of this mesh that may have done it, the likeliest first. */
  readonly objects: readonly ObjectRef[];
}

/** What was recognised in a pasted text. */
export interface Explained {
  readonly form: "access log" | "response flags" | "refusal" | "nothing";
  readonly line: AccessLogLine | undefined;
  readonly explanations: readonly Explanation[];
}

const FLAGS = /^[A-Z]{2,5}(?:\s*,\s*[A-Z]{2,5})*$/;
const NACK = /Error adding\/updating|goo\.gle\/debug|ACK ERROR|rejected:/;
const MAX_OBJECTS = 5;

/** Explains an access-log line, response flags, or what Envoy said when it refused. */
export function explain(text: string, mesh: MeshView): Explained {
  const trimmed = text.trim();
  const line = readAccessLog(trimmed);
  if (line) {
    const explanations = [
      ...line.flags.flatMap((flag) => ofFlag(flag, mesh, line)),
      ...ofDetails(line, mesh),
      ...ofFailure(line, mesh),
    ];
    const own = explanations.length === 0 ? [ofStatus(line)] : explanations;
    return { form: "access log", line, explanations: own };
  }
  if (FLAGS.test(trimmed)) {
    const flags = trimmed.split(/\s*,\s*/);
    const explanations = flags.flatMap((flag) => ofFlag(flag, mesh, undefined));
    if (explanations.length > 0) return { form: "response flags", line, explanations };
  }
  if (NACK.test(trimmed)) return { form: "refusal", line, explanations: ofRefusal(trimmed) };
  return { form: "nothing", line, explanations: [] };
}

function ofFlag(flag: string, mesh: MeshView, line: AccessLogLine | undefined): Explanation[] {
  const found = RESPONSE_FLAGS[flag];
  if (!found) return [];
  const { kinds, ...words } = found;
  return [{ about: flag, ...words, objects: line ? suspects(mesh, kinds, hostOf(line)) : [] }];
}

const hostOf = ({ cluster, authority, serverName }: AccessLogLine): string =>
  clusterName(cluster)?.host || authority.replace(/:\d+$/, "") || serverName;

const POLICY = /ns\[([^\]]+)\]-policy\[([^\]]+)\]-rule/;

/** Envoy's `%RESPONSE_CODE_DETAILS%` that say more than the flag. */
function ofDetails({ details }: AccessLogLine, mesh: MeshView): Explanation[] {
  const known: readonly (readonly [RegExp, Omit<Explanation, "about" | "objects">])[] = [
    [
      /^rbac_access_denied/,
      {
        meaning: "An AuthorizationPolicy denied the request (403).",
        cause: "A DENY rule matched, or ALLOW policies exist and none of their rules matched.",
        next: "Compare the caller's identity, path and method with the rules.",
      },
    ],
    [
      /^jwt_authn_access_denied/,
      {
        meaning: "The token was refused (401).",
        cause: "It has expired, its issuer or audience is another one, or its keys are not known.",
        next: "Compare the token's claims with the RequestAuthentication.",
      },
    ],
    [
      /^filter_chain_not_found/,
      {
        meaning: "No filter chain took the connection.",
        cause: "Plain text came where STRICT mutual TLS is asked, or no server has this SNI.",
        next: "Check the PeerAuthentication of the workload, and the hosts of the Gateway.",
      },
    ],
    [
      /^direct_response/,
      {
        meaning: "The proxy answered by itself.",
        cause: "The route has a direct response.",
        next: "Look at the route that is named in the log.",
      },
    ],
    [
      /^cluster_not_found/,
      {
        meaning: "The route leads to a cluster that the proxy does not have.",
        cause: "The host or subset does not exist, or is not visible to the client.",
        next: "Check the destination of the route.",
      },
    ],
  ];
  const found = known.find(([pattern]) => pattern.test(details));
  if (!found) return [];
  const [, namespace, name] = POLICY.exec(details) ?? [];
  const objects: readonly ObjectRef[] =
    namespace && name && mesh.get("AuthorizationPolicy", namespace, name)
      ? [{ kind: "AuthorizationPolicy", namespace, name }]
      : [];
  return [{ about: details, ...found[1], objects }];
}

function ofFailure(line: AccessLogLine, mesh: MeshView): Explanation[] {
  const { failure } = line;
  if (!failure) return [];
  const isTls = /TLS|SSL|CERTIFICATE/i.test(failure);
  return [
    {
      about: failure,
      meaning: isTls
        ? "The TLS handshake with the endpoint failed."
        : "The connection to the endpoint failed.",
      cause: isTls
        ? "One side expects TLS and the other does not, or a certificate is not trusted."
        : "Nothing listens there, or the network drops it.",
      next: isTls
        ? "Compare the TLS mode of the DestinationRule with the workload's PeerAuthentication."
        : "Check the port of the application, and whether its pod runs.",
      objects: isTls ? suspects(mesh, ["DestinationRule", "PeerAuthentication"], hostOf(line)) : [],
    },
  ];
}

const SERVER_ERROR = 500;

const ofStatus = ({ status, details }: AccessLogLine): Explanation => ({
  about: status === 0 ? "connection" : String(status),
  meaning:
    status >= SERVER_ERROR
      ? "The application itself answered with this error: no flag says that a proxy did."
      : "The request was carried: no flag is set.",
  cause: details ? `Envoy's details: ${details}.` : "No proxy interfered.",
  next: status >= SERVER_ERROR ? "Look at the application's own log." : "Nothing.",
  objects: [],
});

function ofRefusal(text: string): Explanation[] {
  const kind = nackKind(text);
  const words = text.slice(Math.max(0, text.search(/Error adding\/updating|goo\.gle\/debug/)));
  const type = /cluster\(s\)/.test(words) ? "CDS" : /listener\(s\)/.test(words) ? "LDS" : "RDS";
  return readNack(type, words).map(({ name, reason }) => ({
    about: name || type,
    meaning: `Envoy refused it: ${kind.title}.`,
    cause: reason || "Envoy's reason is not in this text.",
    next: kind.next,
    objects: [],
  }));
}

/** Objects of some kinds that name a host, whole or by its first label. */
function suspects(mesh: MeshView, kinds: readonly KindId[], host: string): readonly ObjectRef[] {
  if (!host) return [];
  const [label = "", namespace = ""] = host.split(".");
  const names = new Set([host, label, `${label}.${namespace}`]);
  return kinds
    .flatMap((kind) =>
      mesh
        .list(kind)
        .filter(({ metadata, spec }) => {
          if (kind === "Service")
            return metadata.name === label && metadata.namespace === namespace;
          if (kind === "PeerAuthentication") return metadata.namespace === namespace;
          return isRecord(spec) && namesHost(spec, names);
        })
        .map(({ metadata }) => ({
          kind,
          namespace: metadata.namespace ?? "",
          name: metadata.name,
        })),
    )
    .slice(0, MAX_OBJECTS);
}

function namesHost(spec: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): boolean {
  const hosts = Array.isArray(spec["hosts"]) ? spec["hosts"] : [spec["host"]];
  return hosts.some((host) => typeof host === "string" && names.has(host));
}
