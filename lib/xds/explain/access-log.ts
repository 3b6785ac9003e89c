import { isRecord } from "@/lib/k8s/json-value";

/** What we read of one line of an access log. Empty texts stand for what the line does not say. */
export interface AccessLogLine {
  readonly method: string;
  readonly path: string;
  /** 0 for connections without requests. */
  readonly status: number;
  readonly flags: readonly string[];
  readonly details: string;
  /** Why the connection to the endpoint failed. */
  readonly failure: string;
  readonly authority: string;
  readonly upstream: string;
  readonly cluster: string;
  readonly serverName: string;
  readonly route: string;
}

/**
 * Istio's default text: `[start] "METHOD path protocol" status flags details termination "failure"
 * received sent duration upstream-time "forwarded-for" "agent" "id" "authority" "upstream" cluster
 * upstream-local downstream-local downstream-remote server-name route`.
 */
const TEXT =
  /^\[[^\]]*\] "(\S+) (\S+) \S+" (\d+) (\S+) (\S+) \S+ "([^"]*)" \S+ \S+ \S+ \S+ "[^"]*" "[^"]*" "[^"]*" "([^"]*)" "([^"]*)" (\S+) \S+ \S+ \S+ (\S+) (\S+)/;
/** The same of a connection: its request line holds hyphens. */
const CONNECTION = /^\[[^\]]*\] "- - -" /;

const told = (text: unknown): string =>
  typeof text === "string" && text !== "-" ? text : typeof text === "number" ? String(text) : "";

/** Reads one line in Istio's text or JSON; undefined for anything else. */
export function readAccessLog(line: string): AccessLogLine | undefined {
  const trimmed = line.trim();
  if (trimmed.startsWith("{")) return readJson(trimmed);
  const found = TEXT.exec(trimmed);
  if (!found) return undefined;
  const [, method, path, status, flags = "", details, failure, authority, upstream, ...rest] =
    found;
  const isConnection = CONNECTION.test(trimmed);
  return {
    method: isConnection ? "" : told(method),
    path: isConnection ? "" : told(path),
    status: Number(status),
    flags: told(flags).split(",").filter(Boolean),
    details: told(details),
    failure: told(failure),
    authority: told(authority),
    upstream: told(upstream),
    cluster: told(rest[0]),
    serverName: told(rest[1]),
    route: told(rest[2]),
  };
}

function readJson(text: string): AccessLogLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !("response_flags" in value || "response_code" in value))
    return undefined;
  return {
    method: told(value["method"]),
    path: told(value["path"]),
    status: Number(value["response_code"] ?? 0),
    flags: told(value["response_flags"]).split(",").filter(Boolean),
    details: told(value["response_code_details"]),
    failure: told(value["upstream_transport_failure_reason"]),
    authority: told(value["authority"]),
    upstream: told(value["upstream_host"]),
    cluster: told(value["upstream_cluster"]),
    serverName: told(value["requested_server_name"]),
    route: told(value["route_name"]),
  };
}
