import type { KubeObject } from "@/lib/k8s/object";
import type { RegistryService } from "./registry";

type Labels = Readonly<Record<string, string>>;

/** A request, or a connection, as the proxy of a workload gets it: what policies look at. */
export interface Arrival {
  readonly pod: KubeObject;
  readonly namespace: string;
  readonly labels: Labels;
  readonly type: "sidecar" | "router" | "waypoint" | "ztunnel";
  /** At a waypoint: the service that the client dialled. */
  readonly service?: Pick<RegistryService, "kind" | "namespace" | "object"> | undefined;
  /** The workload's port. */
  readonly port: number;
  /** `tcp` where the proxy does not look into the connection. */
  readonly protocol: "http" | "tcp";
  /** The client's identity, such as `spiffe://cluster.local/ns/shop/sa/web`; undefined without mTLS. */
  readonly peer: string | undefined;
  /** The address of whoever connected. */
  readonly sourceIp: string;
  /** The address that the request came from first, by `x-forwarded-for` where gateways trust it. */
  readonly remoteIp: string;
  readonly destinationIp: string;
  /** The server name of the TLS handshake; undefined without one. */
  readonly sni: string | undefined;
  readonly method: string;
  readonly scheme: "http" | "https";
  readonly authority: string;
  /** With the query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Labels;
}

/** What the proxy answers instead of letting a request in. */
export interface Refusal {
  readonly status: number;
  /** `response_code_details`. */
  readonly details: string;
  readonly body: string;
  readonly headers: Labels;
  /** Envoy's response flags. */
  readonly flags: readonly string[];
}

/** One step of letting a request in or not. */
export interface AdmissionStep {
  readonly taken: boolean;
  readonly object: KubeObject | undefined;
  readonly path: string | undefined;
  readonly why: string;
}

/** Whether a proxy lets a request in, and what it changes of it. */
export interface Admission {
  /** Undefined for a request that is let in. */
  readonly refusal: Refusal | undefined;
  /** Headers that were set, or removed with `null`. */
  readonly headers: Readonly<Record<string, string | null>>;
  /** With the query: a token may have been taken from it. */
  readonly path: string;
  /** Claims of the token that was accepted; undefined without one. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

/** Decides about an arrival; told to `trace` step by step if anybody asks. */
export type Admit = (arrival: Arrival, trace?: (step: AdmissionStep) => void) => Admission;
