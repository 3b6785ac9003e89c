/** What Envoy writes of one request. */
export interface AccessLogEntry {
  /** When it began, ms since the epoch. */
  readonly startedAt: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** With commas; `-` for none. */
  readonly flags: string;
  readonly details: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  /** Undefined where no upstream answered. */
  readonly upstreamMs: number | undefined;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  readonly authority: string;
  readonly upstreamHost: string | undefined;
  readonly cluster: string | undefined;
  readonly downstreamLocal: string;
  readonly downstreamRemote: string;
  readonly serverName: string | undefined;
  readonly routeName: string;
}

const or = (value: string | undefined): string => value || "-";

/** One line in the text format that Istio's proxies use where the mesh config names no other. */
export function accessLogLine(entry: AccessLogEntry): string {
  const upstream = entry.upstreamMs === undefined ? "-" : Math.round(entry.upstreamMs);
  return (
    `[${new Date(entry.startedAt).toISOString()}] "${entry.method} ${entry.path} HTTP/1.1" ` +
    `${entry.status} ${entry.flags} ${entry.details} - "-" ` +
    `${entry.requestBytes} ${entry.responseBytes} ${Math.round(entry.durationMs)} ${upstream} ` +
    `"-" "${or(entry.userAgent)}" "${entry.requestId}" "${entry.authority}" ` +
    `"${or(entry.upstreamHost)}" ${or(entry.cluster)} - ${entry.downstreamLocal} ` +
    `${entry.downstreamRemote} ${or(entry.serverName)} ${or(entry.routeName)}`
  );
}
