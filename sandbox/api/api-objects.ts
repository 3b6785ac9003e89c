import { ownedBy, trackUpdate, type Writer } from "@/lib/k8s/managed-fields";
import type { KubeObject } from "@/lib/k8s/object";
import type { SimulationClock } from "@/sandbox/contracts";
import { admitted, cleaned } from "./admission";
import { requireIstiod, reviewByIstiod, type WebhookFailure } from "./istio-webhook";
import { ObjectDeletion, type Propagation } from "./object-deletion";
import { isSameObject, newborn, stamp, successor } from "./object-lifecycle";
import { apiVersionOf, type ResourceType } from "./resource-type";
import { ReviewCounter } from "./review-counter";
import { ServiceAddresses } from "./service-addresses";
import { refuse } from "./status-error";
import { checkPreconditions, checkSuccessor, type Preconditions } from "./write-checks";
import type { Storage } from "./storage";
import type { Target, TypeRegistry } from "./type-registry";
import { wholeSchema } from "@/lib/k8s/whole-schema";
import { SANDBOX_MANAGER, type WriteOptions } from "./write-options";

/** One object of a kind; `namespace` is empty for kinds without namespaces. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** How to delete, as `metav1.DeleteOptions` says. */
export interface DeleteRequest {
  readonly dryRun: boolean;
  /** Undefined where the client does not say. */
  readonly propagation: Propagation | undefined;
  readonly preconditions: Preconditions;
}

const GENERATE_TRIES = 8;

/** The rules of Kubernetes' objects over a storage: every write, from inside or outside, passes here. */
export class ApiObjects {
  readonly reviews = new ReviewCounter();
  /** Whether istiod answers those who ask it about objects; set by who starts one. */
  webhookFailure: WebhookFailure = () => undefined;
  private readonly addresses: ServiceAddresses;
  private readonly deletion: ObjectDeletion;

  constructor(
    readonly storage: Storage,
    readonly types: TypeRegistry,
    private readonly parts: {
      readonly clock: SimulationClock;
      readonly random: () => number;
    },
  ) {
    this.addresses = new ServiceAddresses(storage);
    this.deletion = new ObjectDeletion(storage, types, () => parts.clock.now());
  }

  /** istiod's webhook, which sees no status alone. @throws StatusError 400 for what it refuses, 500 while it is down */
  private review(target: Target, object: KubeObject, options: WriteOptions): void {
    if (options.part !== "object") return;
    requireIstiod(object, this.webhookFailure);
    try {
      reviewByIstiod(object, options.warnings);
      this.reviews.add(target, true);
    } catch (error) {
      if (!options.dryRun) this.reviews.add(target, false);
      throw error;
    }
  }

  /** @throws StatusError 404 */
  get(type: ResourceType, place: Place): KubeObject {
    const object = this.storage.get(type.key, place.namespace, place.name);
    if (!object) throw refuse.notFound(type, place.name);
    return object;
  }

  /** Stores a new object. @throws StatusError */
  create(target: Target, namespace: string, object: KubeObject, options: WriteOptions): KubeObject {
    const { type } = target;
    const { clock, random } = this.parts;
    const clean = cleaned(target, object, options);
    const generated = !clean.metadata.name && Boolean(clean.metadata.generateName);
    for (let tries = 1; ; tries++) {
      const born = newborn(type, namespace, clean, {
        now: clock.now(),
        random,
        options,
      });
      options.guard?.(type, born);
      const tracked = this.tracked(
        target,
        undefined,
        admitted(target, born, { live: undefined, now: clock.now() }),
        options,
      );
      if (type.namespaced) this.requireNamespace(type, namespace, tracked.metadata.name);
      this.review(target, tracked, options);
      const { name } = tracked.metadata;
      if (!this.storage.get(type.key, namespace, name)) {
        const ready = this.addresses.given(type, tracked);
        return options.dryRun ? ready : this.storage.put(type.key, ready);
      }
      if (!generated || tries === GENERATE_TRIES) throw refuse.alreadyExists(type, name);
    }
  }

  /**
   * Stores what `change` makes of the live object.
   * A resourceVersion or uid in its result must be the live one's. @throws StatusError
   */
  update(
    target: Target,
    place: Place,
    change: (live: KubeObject) => KubeObject,
    options: WriteOptions,
  ): KubeObject {
    const { type } = target;
    const stored = this.get(type, place);
    const live = this.adopted(target, stored, options);
    const wanted = this.addresses.kept(type, live, cleaned(target, change(live), options));
    checkSuccessor(type, live, wanted, options);
    const { clock } = this.parts;
    const heir = successor(type, live, wanted, options.part);
    options.guard?.(type, heir);
    const ready = admitted(target, heir, { live, now: clock.now() });
    this.review(target, ready, options);
    const next = this.tracked(target, live, ready, options);
    if (this.deletion.isReleased(type, next)) {
      if (!options.dryRun) this.deletion.remove(type, next);
      return next;
    }
    if (isSameObject(live, next)) return stored;
    if (options.dryRun) return withVersion(next, live);
    const written = this.storage.put(type.key, next);
    this.deletion.written(live, written);
    return written;
  }

  /** Deletes the object, or marks it as dying while finalizers hold it. @throws StatusError */
  delete(
    type: ResourceType,
    place: Place,
    request: DeleteRequest,
  ): { object: KubeObject; gone: boolean } {
    const live = this.get(type, place);
    checkPreconditions(type, live, request.preconditions);
    return this.deletion.delete(type, live, request);
  }

  /** The object with its managed fields brought up to date; controllers write without a trace. */
  private tracked(
    target: Target,
    live: KubeObject | undefined,
    next: KubeObject,
    options: WriteOptions,
  ): KubeObject {
    if (options.operation === "Apply") return next;
    if (options.part === "all" && !live?.metadata.managedFields) return next;
    return trackUpdate(live, next, this.writer(target, options));
  }

  /** An object that the sandbox made belongs to the sandbox from the first write of somebody else. */
  private adopted(target: Target, live: KubeObject, options: WriteOptions): KubeObject {
    if (options.part === "all" || live.metadata.managedFields) return live;
    const writer = { ...this.writer(target, options), manager: SANDBOX_MANAGER };
    const time = live.metadata.creationTimestamp ?? writer.time;
    return ownedBy(live, { ...writer, subresource: "", time });
  }

  /** Who writes, for the managed fields. */
  writer({ type, version }: Target, options: WriteOptions): Writer {
    return {
      manager: options.manager,
      apiVersion: apiVersionOf(type.group, version.name),
      time: stamp(this.parts.clock.now()),
      schema: wholeSchema(version.schema),
      subresource: options.part === "status" ? "status" : "",
    };
  }

  /** @throws StatusError 404, 403 for a namespace that is being deleted */
  private requireNamespace(type: ResourceType, namespace: string, name: string): void {
    const found = this.storage.get("namespaces", "", namespace);
    if (!found) {
      throw refuse.notFound({ group: "", plural: "namespaces", kind: "Namespace" }, namespace);
    }
    if (found.metadata.deletionTimestamp) throw refuse.terminating(type, name, namespace);
  }
}

const withVersion = (next: KubeObject, live: KubeObject): KubeObject => {
  const { resourceVersion } = live.metadata;
  return {
    ...next,
    metadata: { ...next.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
  };
};
