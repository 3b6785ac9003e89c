/** What Envoy writes of one request or connection. */
export interface AccessLogEntry {
  /** When it began, ms since the epoch. */
  readonly startedAt: number;
  /** Undefined for a TCP connection, which has neither method nor path nor status. */
  readonly http:
    | {
        readonly method: string;
        readonly path: string;
        readonly authority: string;
        readonly userAgent: string | undefined;
        readonly requestId: string;
      }
    | undefined;
  readonly status: number;
  /** With commas; `-` for none. */
  readonly flags: string;
  /** `-` for none. */
  readonly details: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  /** Undefined where no upstream answered. */
  readonly upstreamMs: number | undefined;
  readonly upstreamHost: string | undefined;
  readonly upstreamLocal: string | undefined;
  readonly cluster: string | undefined;
  readonly downstreamLocal: string;
  readonly downstreamRemote: string;
  readonly serverName: string | undefined;
  readonly routeName: string;
}

const or = (value: string | undefined): string => value || "-";

/** Envoy names the reason of a failed connection inside the details. */
const failureOf = ({ details }: AccessLogEntry): string | undefined =>
  /\|([^|}]+)}$/.exec(details)?.[1];

/** One line in the text format that Istio's proxies use where the mesh config names no other. */
export function accessLogLine(entry: AccessLogEntry): string {
  const { http, upstreamMs } = entry;
  const upstream = upstreamMs === undefined || !http ? "-" : Math.round(upstreamMs);
  const request = http ? `${http.method} ${http.path} HTTP/1.1` : "- - -";
  return (
    `[${new Date(entry.startedAt).toISOString()}] "${request}" ` +
    `${http ? entry.status : 0} ${entry.flags} ${http ? entry.details : "-"} - ` +
    `"${or(failureOf(entry))}" ` +
    `${entry.requestBytes} ${entry.responseBytes} ${Math.round(entry.durationMs)} ${upstream} ` +
    `"-" "${or(http?.userAgent)}" "${or(http?.requestId)}" "${or(http?.authority)}" ` +
    `"${or(entry.upstreamHost)}" ${or(entry.cluster)} ${or(entry.upstreamLocal)} ` +
    `${entry.downstreamLocal} ${entry.downstreamRemote} ${or(entry.serverName)} ` +
    `${or(entry.routeName)}`
  );
}

const orNull = (value: string | undefined): string | null =>
  value === undefined || value === "" || value === "-" ? null : value;

/** One line in the format of `accessLogEncoding: JSON`, whose keys Envoy sorts. */
export function accessLogJson(entry: AccessLogEntry): string {
  const { http, upstreamMs } = entry;
  return JSON.stringify({
    authority: orNull(http?.authority),
    bytes_received: entry.requestBytes,
    bytes_sent: entry.responseBytes,
    connection_termination_details: null,
    downstream_local_address: entry.downstreamLocal,
    downstream_remote_address: entry.downstreamRemote,
    duration: Math.round(entry.durationMs),
    method: orNull(http?.method),
    path: orNull(http?.path),
    protocol: http ? "HTTP/1.1" : null,
    request_id: orNull(http?.requestId),
    requested_server_name: orNull(entry.serverName),
    response_code: http ? entry.status : 0,
    response_code_details: http ? orNull(entry.details) : null,
    response_flags: entry.flags,
    route_name: orNull(entry.routeName),
    start_time: new Date(entry.startedAt).toISOString(),
    upstream_cluster: orNull(entry.cluster),
    upstream_host: orNull(entry.upstreamHost),
    upstream_local_address: orNull(entry.upstreamLocal),
    upstream_service_time: http && upstreamMs !== undefined ? String(Math.round(upstreamMs)) : null,
    upstream_transport_failure_reason: orNull(failureOf(entry)),
    user_agent: orNull(http?.userAgent),
    x_forwarded_for: null,
  });
}
