import type { KubeObject } from "@/lib/k8s/object";
import { objectKey } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import type { Decision } from "@/lib/routing/decision";
import type { Exchange } from "@/lib/routing/exchange";
import { meshConfig } from "@/lib/mesh/mesh-config";
import type { MeshView } from "@/lib/mesh/view";
import type { PodLogs } from "@/sandbox/contracts";
import type { Random } from "@/sandbox/random";
import { type AccessLogEntry, accessLogJson, accessLogLine } from "./access-log";
import type { EndpointTotals } from "./endpoint-totals";
import { grpcStatusOf, isGrpcPort } from "./grpc-ports";
import type { HopRequest, HopResult } from "./hop";
import { type Peer, peerOf } from "./peer";
import type { ProxyTelemetry } from "./proxy-telemetry";
import type { RequestFacts } from "./request-labels";
import type { Ejections } from "./upstream-series";
import { tunnelLogLine } from "./ztunnel-log";
import type { Tunnelled } from "./ztunnel-telemetry";
import type { Ztunnels } from "./ztunnels";

interface Recorded {
  readonly request: HopRequest;
  readonly result: HopResult;
  /** When the proxy got the request, ms since the epoch. */
  readonly at: number;
  readonly mutualTls: boolean;
  readonly service: RequestFacts["service"];
  /** With commas; `-` for none. */
  readonly flags: string;
  /** `-` for none. */
  readonly details: string;
}

/** A request that a proxy sent on or answered by itself. */
export interface Sent extends Recorded {
  /** `namespace/name` of the pod. */
  readonly key: string;
  readonly decision: Decision;
  readonly exchanged: Exchange | undefined;
  readonly serverPeer: Peer | undefined;
  /** At a waypoint: whose request it passed on. Undefined for any other proxy. */
  readonly passedOn: { readonly clientPeer: Peer | undefined } | undefined;
  /** Of the cluster; undefined without outlier detection. */
  readonly ejections: Ejections | undefined;
}

/** A request that reached an application through its proxy. */
export interface Received extends Recorded {
  readonly client: KubeObject | undefined;
  readonly clientPeer: Peer | undefined;
  readonly protocol: RequestFacts["protocol"];
}

/** What a recorder writes to. */
export interface RecorderSetting {
  readonly telemetryOf: (pod: KubeObject) => ProxyTelemetry;
  readonly ztunnels: Ztunnels;
  readonly totals: EndpointTotals;
  readonly logs: PodLogs;
  /** The mesh as it is now: its settings say whether and how proxies log. */
  readonly mesh: () => MeshView;
  /** For request ids only, so that whether logs are written changes nothing else. */
  readonly random: Random;
}

const REQUEST_LINE_BYTES = 180;
const FAILED_FROM = 500;

/** Keeps what the proxies would have counted and logged. */
export class Recorder {
  /** Off while a past is made up, of which nobody will read the logs. */
  logging = true;
  /** How many requests the one that is followed now stands for. */
  times = 1;

  constructor(private readonly setting: RecorderSetting) {}

  sent(pod: KubeObject, sent: Sent): void {
    const { request, result, decision, exchanged } = sent;
    const protocol = sentProtocol(sent);
    const telemetry = this.setting.telemetryOf(pod);
    telemetry.count(
      {
        reporter: sent.passedOn ? "waypoint" : "source",
        source: sent.passedOn ? sent.passedOn.clientPeer : peerOf(pod),
        destination: sent.serverPeer,
        service: sent.service,
        mutualTls: sent.mutualTls,
        protocol,
        ...statusOf(protocol, result.status),
        flags: sent.flags,
      },
      sizeOf(request, result),
      this.times,
    );
    if (decision.cluster !== undefined) {
      for (const { endpoint, reply } of exchanged?.tries ?? []) {
        const failed = !reply || reply.status >= FAILED_FROM;
        const { times } = this;
        telemetry.tried(decision.cluster, reply?.status, times);
        this.setting.totals.add(
          { key: sent.key, times },
          decision.cluster,
          endpoint.address,
          failed,
        );
      }
    }
    if (decision.cluster !== undefined && sent.ejections) {
      telemetry.ejected(decision.cluster, sent.ejections);
    }
    if (this.logging) this.logSent(pod, sent);
  }

  received(pod: KubeObject, received: Received): void {
    const { request, result, clientPeer, service, mutualTls } = received;
    const protocol = this.receivedProtocol(pod, received);
    this.setting.telemetryOf(pod).count(
      {
        reporter: "destination",
        source: clientPeer,
        destination: peerOf(pod),
        service: service ?? {
          host: peerOf(pod).canonicalService,
          name: peerOf(pod).canonicalService,
        },
        mutualTls,
        protocol,
        ...statusOf(protocol, result.status),
        flags: received.flags,
      },
      sizeOf(request, result),
      this.times,
    );
    if (this.logging) this.logReceived(pod, received);
  }

  tunnelled(
    connection: Tunnelled & { readonly at: number },
    request: HopRequest,
    result: HopResult,
  ): void {
    const size = sizeOf(request, result);
    const pod = this.setting.ztunnels.count(connection, size, this.times);
    if (!pod || !this.logging) return;
    const line = tunnelLogLine({
      ...connection,
      endedAt: connection.at + result.durationMs,
      durationMs: result.durationMs,
      sentBytes: size.responseBytes,
      receivedBytes: size.requestBytes,
      trustDomain: this.setting.mesh().derive(meshConfig).trustDomain,
      clientPort: this.ephemeralPort(),
    });
    this.setting.logs.append({ ...pod, container: "istio-proxy" }, line);
  }

  private logSent(pod: KubeObject, sent: Sent): void {
    const { request, result, decision, exchanged } = sent;
    const last = exchanged?.tries.at(-1);
    this.write(pod, {
      ...this.common(sent, sentProtocol(sent)),
      flags: sent.flags,
      details: sent.details,
      upstreamMs: last?.reply && result.durationMs - decision.delayMs,
      upstreamHost: last && `${last.endpoint.address}:${last.endpoint.port}`,
      upstreamLocal: last?.reply && `${addressOf(pod)}:${this.ephemeralPort()}`,
      cluster: decision.cluster,
      downstreamLocal: `${request.address ?? addressOf(pod)}:${request.port}`,
      downstreamRemote: `${addressOf(pod)}:${this.ephemeralPort()}`,
      serverName: undefined,
      routeName: decision.routeName,
    });
  }

  private logReceived(pod: KubeObject, received: Received): void {
    const { request, result, client, service, mutualTls } = received;
    const { port } = request;
    const address = addressOf(pod);
    this.write(pod, {
      ...this.common(received, this.receivedProtocol(pod, received)),
      flags: received.flags,
      details: received.details,
      upstreamMs: result.durationMs,
      upstreamHost: `${address}:${port}`,
      upstreamLocal: `127.0.0.6:${this.ephemeralPort()}`,
      cluster: `inbound|${port}||`,
      downstreamLocal: `${address}:${port}`,
      downstreamRemote: `${client ? addressOf(client) : "10.244.0.1"}:${this.ephemeralPort()}`,
      serverName: mutualTls && service ? `outbound_.${port}_._.${service.host}` : undefined,
      routeName: "default",
    });
  }

  private common({ request, result, at }: Recorded, protocol: RequestFacts["protocol"]) {
    const { method, path, authority, headers } = request;
    const tcp = protocol === "tcp";
    const requestId = this.requestId();
    return {
      startedAt: at,
      http: tcp
        ? undefined
        : { method, path, authority, userAgent: headers["user-agent"], requestId },
      status: protocol === "grpc" && result.status > 0 ? OK : result.status,
      requestBytes: tcp ? REQUEST_LINE_BYTES : 0,
      responseBytes: result.responseBytes,
      durationMs: result.durationMs,
    };
  }

  private receivedProtocol(
    pod: KubeObject,
    { protocol, request }: Received,
  ): RequestFacts["protocol"] {
    if (protocol !== "http") return protocol;
    return saysGrpc(request) || isGrpcPort(this.setting.mesh(), pod, request.port)
      ? "grpc"
      : "http";
  }

  private write(pod: KubeObject, entry: AccessLogEntry): void {
    const { accessLogFile, accessLogEncoding } = this.setting.mesh().derive(meshConfig);
    if (!accessLogFile) return;
    const { namespace = "", name } = pod.metadata;
    const line = accessLogEncoding === "JSON" ? accessLogJson(entry) : accessLogLine(entry);
    this.setting.logs.append({ namespace, name, container: "istio-proxy" }, line);
  }

  private requestId(): string {
    const part = () =>
      this.setting.random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, "0");
    const [a, b, c, d] = [part(), part(), part(), part()];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }

  private ephemeralPort(): number {
    return 32_768 + this.setting.random.below(28_000);
  }
}

/** Envoy takes a request for gRPC by its content type. */
const saysGrpc = ({ headers }: HopRequest): boolean =>
  headers["content-type"]?.startsWith("application/grpc") ?? false;

function sentProtocol({ decision, request }: Sent): RequestFacts["protocol"] {
  const { action, upstream } = decision;
  if (action.type === "forward" && action.protocol === "tcp") return "tcp";
  return saysGrpc(request) || upstream?.port.protocol === "GRPC" ? "grpc" : "http";
}

/** gRPC tells its status beside HTTP's, which is then always 200. */
function statusOf(protocol: RequestFacts["protocol"], status: number) {
  if (protocol === "tcp") return { status: undefined, grpcStatus: undefined };
  if (protocol === "http") return { status, grpcStatus: undefined };
  return { status: status > 0 ? OK : status, grpcStatus: grpcStatusOf(status) };
}

const OK = 200;

const addressOf = (pod: KubeObject): string => podStatus(pod).podIP ?? objectKey(pod);

const sizeOf = (request: HopRequest, result: HopResult) => ({
  durationMs: Math.round(result.durationMs),
  requestBytes: REQUEST_LINE_BYTES + request.path.length + request.authority.length,
  responseBytes: REQUEST_LINE_BYTES + result.responseBytes,
});
