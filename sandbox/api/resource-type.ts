import type { KubeObject } from "@/lib/k8s/object";
import type { Schema } from "@/lib/k8s/schema";
import type { ResourceKey } from "./storage";

/** A column of the Table that `kubectl get` prints. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description: string;
  /** Above zero: shown by `-o wide` only. */
  readonly priority: number;
  /** Undefined prints as `<none>` or nothing, as the kind likes. `now` is the clock's, in ms. */
  readonly cell: (object: KubeObject, now: number) => string | number | boolean | undefined;
}

/** A version in which a kind is served. */
export interface ServedVersion {
  readonly name: string;
  /** The structural schema of the whole object; absent where anything goes. */
  readonly schema: Schema | undefined;
  readonly columns: readonly Column[];
  /** Whether `/status` is served, and writes of the object itself leave the status alone. */
  readonly status: boolean;
  readonly scale: boolean;
  /** Sent as a Warning header with each answer. */
  readonly deprecation?: string;
}

/** One kind of object that the API serves. */
export interface ResourceType {
  readonly key: ResourceKey;
  readonly group: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** The preferred one first; objects are stored in it. */
  readonly versions: readonly [ServedVersion, ...ServedVersion[]];
  /** Whether it comes from a CustomResourceDefinition. */
  readonly custom: boolean;
}

/** `networking.istio.io/v1`. */
export const apiVersionOf = (group: string, version: string): string =>
  group ? `${group}/${version}` : version;

/** The apiVersion in which objects of this kind are stored. */
export const storedApiVersion = (type: ResourceType): string =>
  apiVersionOf(type.group, type.versions[0].name);
