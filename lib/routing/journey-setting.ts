import type { KubeObject } from "@/lib/k8s/object";
import type { Admission, Admit } from "@/lib/mesh/arrival";
import type { Endpoint } from "@/lib/mesh/endpoints";
import type { RegistryService } from "@/lib/mesh/registry";
import type { MeshView } from "@/lib/mesh/view";
import type { Chance } from "./chance";
import type { Decision } from "./decision";
import type { Exchange } from "./exchange";
import type { Inbound } from "./inbound";
import type { MeshRequest, ProxyIdentity } from "./request";
import type { HeaderChanges } from "./rewrite";
import type { Trace } from "./trace";
import type { UpstreamMemory } from "./upstream-memory";

/** Where a request stands: when it began there (ms), and how many hops came before it. */
export interface Moment {
  readonly at: number;
  readonly depth: number;
}

/** A request as an application gets it, or a host outside of the mesh. */
export interface ApplicationCall {
  /** Undefined for a host outside of the mesh. */
  readonly pod: KubeObject | undefined;
  readonly endpoint: Endpoint;
  readonly request: MeshRequest;
  /** The client's identity as the server's proxy saw it; undefined in plain text. */
  readonly peer: string | undefined;
  readonly moment: Moment;
}

/** What an application answers. */
export interface ApplicationReply {
  readonly status: number;
  /** Until the answer is there, in ms. */
  readonly durationMs: number;
  readonly bytes: number;
}

/** What a proxy logs of a request. */
export interface ProxyLog {
  readonly flags: readonly string[];
  readonly details: string;
  /** Empty for an unnamed route. */
  readonly route: string;
  readonly cluster: string | undefined;
  /** How often the request was tried; 0 where it was never sent. */
  readonly attempts: number;
}

/**
 * How a request ends: with a status, with bytes of TCP, with a connection that closes without an
 * answer, or with one that is refused or reset.
 */
export type JourneyStatus = number | "tcp" | "closed" | "error";

/** What whoever asked gets. */
export interface JourneyResult {
  readonly status: JourneyStatus;
  /** In ms, from when the request was sent. */
  readonly durationMs: number;
  readonly bytes: number;
  /** What the application got that answered; undefined where a proxy did, or nobody. */
  readonly reached: ApplicationCall | undefined;
  /** Headers of the answer that the mesh added, changed or took away. */
  readonly responseHeaders: HeaderChanges;
  /** Of the first proxy on the way; undefined where there was none. */
  readonly log: ProxyLog | undefined;
}

/** Where nobody answers. */
export const NOTHING: JourneyResult = {
  status: "error",
  durationMs: 0,
  bytes: 0,
  reached: undefined,
  responseHeaders: {},
  log: undefined,
};

/** Who asks a waypoint, and for what. */
export interface Downstream {
  readonly client: KubeObject | undefined;
  readonly peer: string | undefined;
  /** Undefined where a pod was dialled by its own address. */
  readonly service: RegistryService | undefined;
}

/** A request that a proxy sent on or answered by itself. */
export interface SentEvent {
  readonly pod: KubeObject;
  /** Whose request a waypoint passed on; undefined for any other proxy. */
  readonly downstream?: Downstream | undefined;
  readonly proxy: ProxyIdentity;
  readonly decision: Decision;
  readonly request: MeshRequest;
  /** Undefined where it was sent nowhere. */
  readonly exchanged: Exchange | undefined;
  readonly log: ProxyLog;
  readonly result: JourneyResult;
  readonly moment: Moment;
}

/** A request that reached the proxy of an application. */
export interface ReceivedEvent {
  readonly pod: KubeObject;
  readonly client: KubeObject | undefined;
  readonly request: MeshRequest;
  readonly peer: string | undefined;
  readonly inbound: Inbound;
  readonly admission: Admission;
  readonly log: ProxyLog;
  readonly result: JourneyResult;
  readonly moment: Moment;
}

/** A connection that ztunnel carried, or tried to. */
export interface TunnelledEvent {
  /** Which ztunnel tells of it: that of the client's node, or of the server's. */
  readonly reporter: "source" | "destination";
  readonly client: KubeObject | undefined;
  /** Where the connection went: the workload, or the waypoint before it. */
  readonly server: Endpoint;
  /** Undefined where a pod was dialled by its own address. */
  readonly service: RegistryService | undefined;
  readonly mutualTls: boolean;
  /** As ztunnel flags it: let through, denied by a policy, or never made. */
  readonly flag: "-" | "DENY" | "CONNECT";
  readonly request: MeshRequest;
  readonly result: JourneyResult;
  readonly moment: Moment;
}

/** What journeys run on. */
export interface JourneySetting {
  readonly chance: Chance;
  /** The mesh as the proxy of this pod knows it. */
  meshOf(pod: KubeObject): MeshView;
  /** From one proxy to the next, in ms. */
  readonly networkMs: number;
  /** What decides whether proxies let requests in. */
  admit(mesh: MeshView): Admit;
  /** What applications answer. */
  respond(call: ApplicationCall): ApplicationReply;
  /** What proxies remember of their clusters; nothing where it is left out. */
  readonly memory?: UpstreamMemory;
  /** Whether anybody listens in a pod that endpoints still name; all do where it is left out. */
  isAlive?(pod: KubeObject): boolean;
  readonly onSent?: (event: SentEvent) => void;
  readonly onReceived?: (event: ReceivedEvent) => void;
  readonly onTunnelled?: (event: TunnelledEvent) => void;
  /** Told the steps at a proxy, where anybody asks why. */
  trace?(proxy: string): Trace | undefined;
}
