import { serviceAccountOf, podStatus } from "@/lib/k8s/pod";
import type { KubeObject } from "@/lib/k8s/object";
import type { Tunnelled } from "./ztunnel-telemetry";

/** A connection as ztunnel writes it into its log. */
export interface TunnelLogEntry extends Tunnelled {
  /** When it ended, ms since the epoch. */
  readonly endedAt: number;
  readonly durationMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly trustDomain: string;
  /** Of the client's end. */
  readonly clientPort: number;
}

const HBONE_PORT = 15_008;

/** Why a connection failed, as ztunnel says it. */
const ERRORS: Readonly<Record<string, string>> = {
  DENY: "connection closed due to policy rejection",
  CONNECT: "connection failed: unexpected EOF",
};

/**
 * One line of ztunnel's access log, of a connection that has ended. Source: the log of a real ztunnel,
 * as istio.io/latest/docs/ambient/usage/verify-mtls-enabled shows it.
 */
export function tunnelLogLine(entry: TunnelLogEntry): string {
  const { client, server, service, mutualTls, reporter, flag } = entry;
  const inbound = reporter === "destination";
  const at = `${server.address}:${server.port}`;
  const tunnel = mutualTls ? `${server.address}:${HBONE_PORT}` : at;
  const fields = [
    ["src.addr", client && `${podStatus(client).podIP ?? ""}:${entry.clientPort}`],
    ...ofPod("src", client, entry),
    ["dst.addr", tunnel],
    ["dst.hbone_addr", mutualTls ? at : undefined],
    ["dst.service", service && quoted(service.host)],
    ...ofPod("dst", server.pod, entry),
    ["direction", quoted(inbound ? "inbound" : "outbound")],
    ["bytes_sent", String(inbound ? entry.sentBytes : entry.receivedBytes)],
    ["bytes_recv", String(inbound ? entry.receivedBytes : entry.sentBytes)],
    ["duration", quoted(`${Math.round(entry.durationMs)}ms`)],
    ["error", flag === "-" ? undefined : quoted(ERRORS[flag] ?? flag)],
  ] as const;
  const failed = flag !== "-";
  const text = fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const time = new Date(entry.endedAt).toISOString();
  const level = failed ? "error" : "info";
  return `${time}\t${level}\taccess\tconnection ${failed ? "failed" : "complete"}\t${text.join(" ")}`;
}

const quoted = (text: string): string => JSON.stringify(text);

/** Who is at an end; without mutual TLS nobody has proved it. */
function ofPod(
  end: "src" | "dst",
  pod: KubeObject | undefined,
  { mutualTls, trustDomain }: TunnelLogEntry,
): readonly (readonly [string, string | undefined])[] {
  if (!pod) return [];
  const { name, namespace = "" } = pod.metadata;
  const identity = `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccountOf(pod)}`;
  return [
    [`${end}.workload`, quoted(name)],
    [`${end}.namespace`, quoted(namespace)],
    [`${end}.identity`, mutualTls ? quoted(identity) : undefined],
  ];
}
