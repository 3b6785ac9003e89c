import type { IstioPort } from "./gateway";
import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

type Labels = Readonly<Record<string, string>>;

/** One address behind a ServiceEntry, and the `spec` of a WorkloadEntry. */
export interface WorkloadEntrySpec {
  /** An IP, a DNS name, or `unix://` with a path. */
  readonly address?: string;
  readonly ports?: Readonly<Record<string, number>>;
  readonly labels?: Labels;
  readonly network?: string;
  readonly locality?: string;
  readonly weight?: number;
  readonly serviceAccount?: string;
}

/** What a ServiceEntry says. */
export interface ServiceEntrySpec {
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  readonly ports?: readonly IstioPort[];
  /** `MESH_EXTERNAL` (where absent) or `MESH_INTERNAL`. */
  readonly location?: string;
  /** `NONE` (where absent), `STATIC`, `DNS`, `DNS_ROUND_ROBIN` or `DYNAMIC_DNS`. */
  readonly resolution?: string;
  readonly endpoints?: readonly WorkloadEntrySpec[];
  readonly workloadSelector?: { readonly labels?: Labels };
  readonly exportTo?: readonly string[];
  readonly subjectAltNames?: readonly string[];
}

/** The `spec` of a ServiceEntry. */
export const serviceEntrySpec = (object: KubeObject): ServiceEntrySpec =>
  specOf<ServiceEntrySpec>(object);

/** The `spec` of a WorkloadEntry. */
export const workloadEntrySpec = (object: KubeObject): WorkloadEntrySpec =>
  specOf<WorkloadEntrySpec>(object);
