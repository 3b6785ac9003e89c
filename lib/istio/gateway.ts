import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

/** A port that a gateway or a ServiceEntry opens. */
export interface IstioPort {
  readonly number?: number;
  readonly name?: string;
  /** HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS. */
  readonly protocol?: string;
  readonly targetPort?: number;
}

/** How a gateway ends TLS. */
interface ServerTls {
  readonly httpsRedirect?: boolean;
  /** `PASSTHROUGH`, `SIMPLE`, `MUTUAL`, `AUTO_PASSTHROUGH`, `ISTIO_MUTUAL` or `OPTIONAL_MUTUAL`. */
  readonly mode?: string;
  readonly credentialName?: string;
  readonly credentialNames?: readonly string[];
  readonly serverCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly subjectAltNames?: readonly string[];
  readonly minProtocolVersion?: string;
  readonly maxProtocolVersion?: string;
}

/** One port of a gateway with the hosts that it serves. */
export interface Server {
  readonly name?: string;
  readonly port?: IstioPort;
  readonly bind?: string;
  /** `host`, or `namespace/host`, where the namespace may be `.` or `*`. */
  readonly hosts?: readonly string[];
  readonly tls?: ServerTls;
}

/** What an Istio Gateway says. */
export interface GatewaySpec {
  readonly servers?: readonly Server[];
  /** Labels of the gateway's pods; an empty selector takes all. */
  readonly selector?: Readonly<Record<string, string>>;
}

/** The `spec` of an Istio Gateway (networking.istio.io). */
export const gatewaySpec = (object: KubeObject): GatewaySpec => specOf<GatewaySpec>(object);
