/** A connection or request that a proxy is asked to carry. */
export interface WalkedRequest {
  /** Where the application connects to; undefined lets the proxy's own routes tell it. */
  readonly address?: string | undefined;
  readonly port: number;
  /** The Host header, or for TLS the server name. */
  readonly host: string;
  /** With its query, if it has one. */
  readonly path: string;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the application speaks. */
  readonly protocol: "http" | "tls" | "tcp";
  /**
   * How it comes to the pod, where it is followed on its way in: from a proxy of the mesh, or in
   * plain text. Undefined for a request that the pod's application makes, or that comes to a gateway.
   */
  readonly arrives?: "mtls" | "plain" | undefined;
}

/** What was looked at and not taken. */
export interface Passed {
  readonly name: string;
  readonly why: string;
}
