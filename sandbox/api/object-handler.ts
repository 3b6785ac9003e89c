import type { ApiObjects } from "./api-objects";
import type { ClusterState } from "./cluster-state";
import { deleteCollection, deleteObject } from "./delete-objects";
import { flag } from "./list-options";
import { ObjectLister } from "./list-objects";
import type { Answer, ObjectRequest } from "./object-request";
import { patchObject } from "./patch-object";
import { podLog } from "./pod-logs";
import type { ResourcePath } from "./request-path";
import { renderObject } from "./representation";
import { answerScale } from "./scale";
import { refuse } from "./status-error";
import { requestToken } from "./token-request";
import { watchObjects } from "./watch-objects";
import { createObject, replaceObject } from "./write-objects";

/** The verb, as access is granted to it, of a request about objects. */
export function verbOf(method: string, name: string, query: URLSearchParams): string {
  switch (method) {
    case "GET":
      return flag(query, "watch") ? "watch" : name ? "get" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name ? "delete" : "deletecollection";
    default:
      return method.toLowerCase();
  }
}

const KEPT_NAMESPACES = new Set(["default", "kube-public", "kube-system"]);

/** @throws StatusError 403 for a namespace that every cluster has */
function forbidDeletion({ group, plural, name }: ResourcePath): void {
  if (group || plural !== "namespaces" || !KEPT_NAMESPACES.has(name)) return;
  throw refuse.forbidden(
    `namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted`,
    { name, kind: "namespaces" },
  );
}

/** Answers requests about objects, in whatever kind. */
export class ObjectHandler {
  readonly lister: ObjectLister;

  private readonly objects: ApiObjects;

  constructor(private readonly state: ClusterState) {
    this.objects = state.objects;
    this.lister = new ObjectLister(state.objects.storage, state.clock);
  }

  /** @throws StatusError */
  async answer(request: ObjectRequest): Promise<Answer> {
    const { path, method, query, target } = request;
    this.checkPart(request);
    if (path.subresource === "log") return podLog(this.state, request);
    if (path.subresource === "token") return requestToken(this.objects, this.state.tokens, request);
    if (path.subresource === "scale") return answerScale(this.objects, request);
    switch (verbOf(method, path.name, query)) {
      case "get":
        return {
          code: 200,
          text: renderObject(this.objects.get(target.type, path), request.rendering),
        };
      case "list":
        return this.lister.list(request);
      case "watch":
        return watchObjects({ ...this.state, storage: this.objects.storage }, request);
      case "create":
        if (path.name) throw refuse.methodNotAllowed();
        return createObject(this.objects, request);
      case "update":
        if (!path.name) throw refuse.methodNotAllowed();
        return replaceObject(this.objects, request);
      case "patch":
        if (!path.name) throw refuse.methodNotAllowed();
        return patchObject(this.objects, request);
      case "delete":
        forbidDeletion(path);
        return deleteObject(this.objects, request);
      case "deletecollection":
        return deleteCollection(this.objects, request);
      default:
        throw refuse.methodNotAllowed();
    }
  }

  private checkPart({ path, target, method, query }: ObjectRequest): void {
    if (target.type.namespaced && !path.namespace) {
      if (path.name) throw refuse.noSuchPath();
      if (method === "POST") throw refuse.methodNotAllowed();
    }
    if (!target.type.namespaced && path.namespace) throw refuse.noSuchPath();
    if (!path.subresource) return;
    const verb = verbOf(method, path.name, query);
    if (path.subresource === "log" && target.type.key === "pods") {
      if (verb !== "get") throw refuse.methodNotAllowed();
      return;
    }
    if (path.subresource === "token" && target.type.key === "serviceaccounts") return;
    if (path.subresource === "scale" && target.version.scale) return;
    if (path.subresource === "finalize" && target.type.key === "namespaces") {
      if (verb !== "update") throw refuse.methodNotAllowed();
      return;
    }
    if (path.subresource !== "status" || !target.version.status) throw refuse.noSuchPath();
    if (!["get", "update", "patch"].includes(verb)) throw refuse.methodNotAllowed();
  }
}
