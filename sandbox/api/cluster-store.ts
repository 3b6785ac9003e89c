import { type KindId, kindIdOf, kindInfo } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { applyChanges, type MeshChange, meshView, type MeshView } from "@/lib/mesh/view";
import type { ObjectStore, StoreEvent } from "@/sandbox/contracts";
import type { ApiObjects } from "./api-objects";
import { qualified, refuse } from "./status-error";
import { controllerWrite } from "./write-options";

/** The objects as the sandbox's own controllers see them. They write with all rights, status included. */
export class ClusterStore implements ObjectStore {
  private readonly listeners = new Set<(event: StoreEvent) => void>();
  private current: MeshView = meshView([]);
  private pending: MeshChange[] = [];

  constructor(private readonly objects: ApiObjects) {
    objects.storage.follow((_key, { type, object }) => {
      const kind = kindIdOf(object);
      if (kind) this.pending.push({ type: type === "DELETED" ? "delete" : "put", kind, object });
      for (const listener of [...this.listeners]) listener({ type, kind, object });
    });
  }

  view(): MeshView {
    if (this.pending.length > 0) {
      this.current = applyChanges(this.current, this.pending);
      this.pending = [];
    }
    return this.current;
  }

  get(kind: KindId, namespace: string, name: string): KubeObject | undefined {
    return this.objects.storage.get(qualified(kindInfo(kind)), namespace, name);
  }

  create(object: KubeObject): KubeObject {
    const target = this.targetOf(object);
    return this.objects.create(target, object.metadata.namespace ?? "", object, controllerWrite());
  }

  update(object: KubeObject): KubeObject {
    const { namespace = "", name } = object.metadata;
    // Controllers run between requests, never beside one: what they read is what they replace.
    const metadata = { ...object.metadata };
    delete metadata.resourceVersion;
    return this.objects.update(
      this.targetOf(object),
      { namespace, name },
      () => ({ ...object, metadata }),
      controllerWrite(),
    );
  }

  delete(kind: KindId, namespace: string, name: string): void {
    const type = this.objects.types.all().find(({ key }) => key === qualified(kindInfo(kind)));
    if (!type) throw refuse.notFound(kindInfo(kind), name);
    this.objects.delete(
      type,
      { namespace, name },
      { dryRun: false, propagation: "Background", preconditions: {} },
    );
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private targetOf(object: KubeObject) {
    const target = this.objects.types.ofObject(object);
    if (!target)
      throw refuse.badRequest(`no kind ${object.kind} in ${object.apiVersion} is served`);
    return target;
  }
}
