import { groupOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { BUILTIN_TYPES } from "./builtin-types";
import { typeOfDefinition } from "./custom-type";
import type { ResourceType, ServedVersion } from "./resource-type";
import type { ResourceKey, Storage } from "./storage";

/** A kind in one of its versions, as a request names it. */
export interface Target {
  readonly type: ResourceType;
  readonly version: ServedVersion;
}

const DEFINITIONS: ResourceKey = "customresourcedefinitions.apiextensions.k8s.io";

/** The kinds served now: the built-in ones, and those of the CustomResourceDefinitions in store. */
export class TypeRegistry {
  private readonly types = new Map<ResourceKey, ResourceType>();
  private counter = 1;

  constructor(storage: Storage) {
    for (const type of BUILTIN_TYPES) this.types.set(type.key, type);
    storage.watch(DEFINITIONS, ({ type, object }) => {
      this.counter++;
      if (type === "DELETED") this.types.delete(object.metadata.name);
      else this.define(object);
    });
  }

  /** Grows with each change of the served kinds. */
  get generation(): number {
    return this.counter;
  }

  /** All kinds served: the built-in ones first, then in the order of their definition. */
  all(): readonly ResourceType[] {
    return [...this.types.values()];
  }

  /** By the name under which its objects are kept. */
  byKey(key: ResourceKey): ResourceType | undefined {
    return this.types.get(key);
  }

  /** By the names of a request's path. */
  byPath(group: string, version: string, plural: string): Target | undefined {
    return inVersion(this.types.get(group ? `${plural}.${group}` : plural), version);
  }

  /** Whether any kind of a group is served in a version. */
  serves(group: string, version: string): boolean {
    for (const type of this.types.values()) {
      if (type.group === group && inVersion(type, version)) return true;
    }
    return false;
  }

  /** By what an object says of itself; undefined when that is not served. */
  ofObject(object: { apiVersion: string; kind: string }): Target | undefined {
    const group = groupOf(object.apiVersion);
    const version = object.apiVersion.slice(group ? group.length + 1 : 0);
    for (const type of this.types.values()) {
      if (type.group === group && type.kind === object.kind) return inVersion(type, version);
    }
    return undefined;
  }

  private define(definition: KubeObject): void {
    const type = typeOfDefinition(definition);
    if (type) this.types.set(type.key, type);
    else this.types.delete(definition.metadata.name);
  }
}

function inVersion(type: ResourceType | undefined, name: string): Target | undefined {
  const version = type?.versions.find((served) => served.name === name);
  return type && version ? { type, version } : undefined;
}
