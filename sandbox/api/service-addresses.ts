import { isRecord } from "@/lib/k8s/json-value";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { refuse, type StatusCause } from "./status-error";
import type { Storage } from "./storage";
import type { ResourceType } from "./resource-type";

/** `10.96.0.0/16`, as the lab's API server is told. */
const PREFIX = "10.96.";
/** The first 256 are for those who choose theirs, as scenarios do. */
const FIRST = 256;
const LAST = 65_534;

const pick = (spec: Readonly<Record<string, unknown>>, fields: readonly string[]) =>
  Object.fromEntries(
    fields.filter((field) => spec[field] !== undefined).map((field) => [field, spec[field]]),
  );

const specOf = ({ spec }: KubeObject): Readonly<Record<string, unknown>> =>
  isRecord(spec) ? spec : {};

/** Hands out cluster IPs to Services, each to one only. */
export class ServiceAddresses {
  private readonly owners = new Map<string, string>();
  private last = FIRST;

  constructor(storage: Storage) {
    storage.watch("services", ({ type, object, before }) => {
      if (before) this.owners.delete(String(specOf(before).clusterIP));
      const { clusterIP } = specOf(object);
      if (type !== "DELETED" && typeof clusterIP === "string") {
        this.owners.set(clusterIP, objectKey(object));
      }
    });
  }

  /** The new Service with its address: the one it asks for, or a free one. @throws StatusError 422 */
  given(type: ResourceType, object: KubeObject): KubeObject {
    const spec = specOf(object);
    if (type.key !== "services" || spec.type === "ExternalName") return object;
    const wanted = typeof spec.clusterIP === "string" ? spec.clusterIP : "";
    if (wanted && wanted !== "None") this.check(type, object, wanted);
    const clusterIP = wanted || this.free();
    // A headless Service without pods of its own may have endpoints of both families.
    const dual = clusterIP === "None" && !isRecord(spec.selector);
    return {
      ...object,
      spec: {
        ipFamilies: dual ? ["IPv4", "IPv6"] : ["IPv4"],
        ipFamilyPolicy: dual ? "RequireDualStack" : "SingleStack",
        ...spec,
        clusterIP,
        clusterIPs: [clusterIP],
      },
    };
  }

  /** What a change of the Service leaves out of its address is kept. */
  kept(type: ResourceType, live: KubeObject, wanted: KubeObject): KubeObject {
    const spec = specOf(wanted);
    if (type.key !== "services" || spec.clusterIP || spec.type === "ExternalName") return wanted;
    const fields = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];
    return { ...wanted, spec: { ...spec, ...pick(specOf(live), fields) } };
  }

  private check(type: ResourceType, object: KubeObject, wanted: string): void {
    const parts = wanted.slice(PREFIX.length).split(".");
    const inRange =
      wanted.startsWith(PREFIX) &&
      parts.length === 2 &&
      parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
    if (!inRange) {
      throw refused(type, object, wanted, "the provided network does not match the current range");
    }
    if (this.owners.has(wanted)) {
      throw refused(type, object, wanted, "provided IP is already allocated");
    }
  }

  /** @throws StatusError 500 when all are taken */
  private free(): string {
    for (let tries = 0; tries <= LAST - FIRST; tries++) {
      this.last = this.last >= LAST ? FIRST + 1 : this.last + 1;
      const address = `${PREFIX}${this.last >> 8}.${this.last & 255}`;
      if (!this.owners.has(address)) return address;
    }
    throw refuse.internal("failed to allocate a serviceIP: range is full");
  }
}

function refused(type: ResourceType, object: KubeObject, wanted: string, why: string) {
  const cause: StatusCause = {
    reason: "FieldValueInvalid",
    field: "spec.clusterIPs",
    message: `Invalid value: ${JSON.stringify([wanted])}: failed to allocate IP ${wanted}: ${why}`,
  };
  return refuse.invalid(type, object.metadata.name, [cause]);
}
