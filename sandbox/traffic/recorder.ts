import type { KubeObject } from "@/lib/k8s/object";
import { objectKey } from "@/lib/k8s/object";
import { podStatus } from "@/lib/k8s/pod";
import type { Decision } from "@/lib/routing/decision";
import type { Exchange } from "@/lib/routing/exchange";
import type { PodLogs } from "@/sandbox/contracts";
import type { Random } from "@/sandbox/random";
import { accessLogLine } from "./access-log";
import type { EndpointTotals } from "./endpoint-totals";
import type { HopRequest, HopResult } from "./hop";
import { type Peer, peerOf } from "./peer";
import type { ProxyTelemetry } from "./proxy-telemetry";
import type { RequestFacts } from "./request-labels";

interface Recorded {
  readonly request: HopRequest;
  readonly result: HopResult;
  /** When the proxy got the request, ms since the epoch. */
  readonly at: number;
  readonly mutualTls: boolean;
  readonly service: RequestFacts["service"];
}

/** A request that a proxy sent on or answered by itself. */
export interface Sent extends Recorded {
  /** `namespace/name` of the pod. */
  readonly key: string;
  readonly decision: Decision;
  readonly exchanged: Exchange | undefined;
  readonly flags: string;
  readonly details: string;
  readonly serverPeer: Peer | undefined;
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
  readonly totals: EndpointTotals;
  readonly logs: PodLogs;
  /** For request ids only, so that whether logs are written changes nothing else. */
  readonly random: Random;
}

const REQUEST_LINE_BYTES = 180;
const FAILED_FROM = 500;

/** Keeps what the proxies would have counted and logged. */
export class Recorder {
  /** Off while a past is made up, of which nobody will read the logs. */
  logging = true;

  constructor(private readonly setting: RecorderSetting) {}

  sent(pod: KubeObject, sent: Sent): void {
    const { request, result, decision, exchanged } = sent;
    const tcp = decision.action.type === "forward" && decision.action.protocol === "tcp";
    this.setting.telemetryOf(pod).count(
      {
        reporter: "source",
        source: peerOf(pod),
        destination: sent.serverPeer,
        service: sent.service,
        mutualTls: sent.mutualTls,
        protocol: tcp ? "tcp" : "http",
        status: tcp ? undefined : result.status,
        flags: sent.flags,
      },
      sizeOf(request, result),
    );
    if (decision.cluster !== undefined) {
      for (const { endpoint, reply } of exchanged?.tries ?? []) {
        const failed = !reply || reply.status >= FAILED_FROM;
        this.setting.totals.add(sent, decision.cluster, endpoint.address, failed);
      }
    }
    if (this.logging) this.logSent(pod, sent);
  }

  received(pod: KubeObject, received: Received): void {
    const { request, result, clientPeer, service, mutualTls, protocol } = received;
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
        status: protocol === "tcp" ? undefined : result.status,
        flags: "-",
      },
      sizeOf(request, result),
    );
    if (this.logging) this.logReceived(pod, received);
  }

  private logSent(pod: KubeObject, sent: Sent): void {
    const { request, result, decision, exchanged } = sent;
    const last = exchanged?.tries.at(-1);
    this.write(pod, {
      ...this.common(sent),
      flags: sent.flags,
      details: sent.details,
      upstreamMs: last?.reply && result.durationMs - decision.delayMs,
      upstreamHost: last && `${last.endpoint.address}:${last.endpoint.port}`,
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
      ...this.common(received),
      flags: "-",
      details: "via_upstream",
      upstreamMs: result.durationMs,
      upstreamHost: `${address}:${port}`,
      cluster: `inbound|${port}||`,
      downstreamLocal: `${address}:${port}`,
      downstreamRemote: `${client ? addressOf(client) : "10.244.0.1"}:${this.ephemeralPort()}`,
      serverName: mutualTls && service ? `outbound_.${port}_._.${service.host}` : undefined,
      routeName: "default",
    });
  }

  private common({ request, result, at }: Recorded) {
    return {
      startedAt: at,
      method: request.method,
      path: request.path,
      authority: request.authority,
      userAgent: request.headers["user-agent"],
      requestId: this.requestId(),
      status: result.status,
      requestBytes: 0,
      responseBytes: result.responseBytes,
      durationMs: result.durationMs,
    };
  }

  private write(pod: KubeObject, entry: Parameters<typeof accessLogLine>[0]): void {
    const { namespace = "", name } = pod.metadata;
    const container = "istio-proxy";
    this.setting.logs.append({ namespace, name, container }, accessLogLine(entry));
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

const addressOf = (pod: KubeObject): string => podStatus(pod).podIP ?? objectKey(pod);

const sizeOf = (request: HopRequest, result: HopResult) => ({
  durationMs: Math.round(result.durationMs),
  requestBytes: REQUEST_LINE_BYTES + request.path.length + request.authority.length,
  responseBytes: REQUEST_LINE_BYTES + result.responseBytes,
});
