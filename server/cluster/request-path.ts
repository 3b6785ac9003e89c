import { AppError } from "@/lib/base/errors";
import { type KindId, kindInfo } from "@/lib/istio/kinds";
import { Label, Port, Subdomain } from "@/lib/k8s/names";

/** What a request path is made of. */
export interface PathParts {
  readonly kind: KindId;
  /** A served version, such as `v1beta1`. */
  readonly version: string;
  /** Absent or empty: the whole cluster. */
  readonly namespace?: string | undefined;
  /** Absent: the collection. */
  readonly name?: string | undefined;
  readonly subresource?: "status" | "log" | "portforward" | undefined;
}

const VERSION = /^v[0-9]+((alpha|beta)[0-9]+)?$/;

/**
 * The path of an object or a collection: the one place where names enter request paths.
 *
 * URL normalisation turns `..` into another resource, and a `/` or `?` in a pod name turns a
 * port-forward into an exec; so every part is checked against Kubernetes' own grammar here.
 * @throws AppError `invalid`, and nothing was sent.
 */
export function requestPath({ kind, version, namespace, name, subresource }: PathParts): string {
  const info = kindInfo(kind);
  if (!VERSION.test(version)) refuse("API version", version);
  const parts = info.group ? ["/apis", info.group, version] : ["/api", version];
  if (namespace !== undefined && namespace !== "") {
    if (!info.namespaced) {
      throw new AppError("invalid", `${info.kind} has no namespaces, but ${namespace} was given`);
    }
    if (!Label.safeParse(namespace).success) refuse("namespace", namespace);
    parts.push("namespaces", namespace);
  } else if (info.namespaced && name !== undefined) {
    throw new AppError("invalid", `${info.kind} ${name} was asked for without its namespace`);
  }
  parts.push(info.plural);
  if (name !== undefined) {
    if (!Subdomain.safeParse(name).success) refuse("name", name);
    parts.push(name);
    if (subresource !== undefined) parts.push(subresource);
  }
  return parts.join("/");
}

/** A container's name, checked. @throws AppError `invalid` */
export function containerName(name: string): string {
  if (!Label.safeParse(name).success) refuse("container", name);
  return name;
}

/** A port, checked. @throws AppError `invalid` */
export function portNumber(port: number): number {
  if (!Port.safeParse(port).success) refuse("port", String(port));
  return port;
}

function refuse(what: string, text: string): never {
  throw new AppError("invalid", `${JSON.stringify(text.slice(0, 80))} is not a valid ${what}`, {
    hint: "Names are lower-case letters, digits and dashes, as RFC 1123 has them.",
  });
}
