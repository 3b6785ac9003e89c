import type { KubeObject } from "@/lib/k8s/object";
import { fieldAt, listField } from "../field";

/** A field of an object that makes something of its own in proxies, and the table which shows it. */
export interface MadeLine {
  /** `spec.http[0]` */
  readonly field: string;
  readonly tab: "routes" | "listeners" | "clusters";
}

const LISTS: Readonly<Record<string, readonly (readonly [list: string, tab: MadeLine["tab"]])[]>> =
  {
    VirtualService: [
      ["http", "routes"],
      ["tls", "listeners"],
      ["tcp", "listeners"],
    ],
    HTTPRoute: [["rules", "routes"]],
    DestinationRule: [["subsets", "clusters"]],
  };

/** The parts of an object that each make something of their own; none for other kinds. */
export const madeLines = (object: KubeObject): readonly MadeLine[] =>
  (LISTS[object.kind] ?? []).flatMap(([list, tab]) =>
    listField(fieldAt(object, "spec"), list).map((_entry, index) => ({
      field: `spec.${list}[${index}]`,
      tab,
    })),
  );
