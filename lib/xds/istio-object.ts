import { KINDS, type ObjectRef } from "@/lib/istio/kinds";
import { fieldAt, textField } from "./field";

const kebab = (kind: string): string => kind.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();

const byPath = new Map(KINDS.map((info) => [`${info.group}/${kebab(info.kind)}`, info.id]));

/** `/apis/<group>/<version>/namespaces/<namespace>/<kind>/<name>` */
const PATH = /^\/apis\/([^/]+)\/[^/]+\/namespaces\/([^/]*)\/([^/]+)\/(.+)$/;

/**
 * The object that istiod noted on a resource (`metadata.filter_metadata.istio.config`); undefined
 * where it noted none, or one of a kind that we do not read.
 */
export function istioObjectOf(resource: unknown): ObjectRef | undefined {
  const noted = textField(fieldAt(resource, "metadata", "filter_metadata", "istio"), "config");
  const [, group = "", namespace = "", kind = "", name = ""] = PATH.exec(noted) ?? [];
  const id = byPath.get(`${group}/${kind}`);
  return id && name ? { kind: id, namespace, name } : undefined;
}

/**
 * `name.namespace`: how istioctl's tables name that object. Empty where there is none, `<unknown>`
 * for objects of other API groups.
 */
export function istioctlName(resource: unknown): string {
  const noted = fieldAt(resource, "metadata", "filter_metadata", "istio", "config");
  if (noted === undefined) return "";
  if (typeof noted !== "string" || !noted.startsWith("/apis/networking.istio.io/"))
    return "<unknown>";
  const pieces = noted.split("/");
  return pieces.length === 8 ? `${pieces[7] ?? ""}.${pieces[5] ?? ""}` : "";
}
