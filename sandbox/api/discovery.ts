import type { JsonRecord } from "@/lib/k8s/json-value";
import { REVIEWS } from "./access/reviews";
import { mediaTypes } from "./media-type";
import { type Answer, json } from "./object-request";
import { apiVersionOf, type ResourceType, type ServedVersion } from "./resource-type";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const PART_VERBS = ["get", "patch", "update"];

/** One resource or subresource of a group version. */
interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

interface Group {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly { readonly name: string; readonly resources: readonly Resource[] }[];
}

/** Answers `/api`, `/apis` and what lies right below them; undefined for any other path. */
export function discover(
  types: readonly ResourceType[],
  pathname: string,
  accept: string | undefined,
): Answer | undefined {
  const parts = pathname.split("/").filter(Boolean);
  const groups = groupsOf(types);
  const [root, first, second] = parts;
  if (root === "api" && parts.length === 1) {
    return (
      aggregated(
        groups.filter(({ name }) => !name),
        accept,
      ) ?? json(200, { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] })
    );
  }
  if (root === "apis" && parts.length === 1) {
    const named = groups.filter(({ name }) => name);
    return (
      aggregated(named, accept) ??
      json(200, { kind: "APIGroupList", apiVersion: "v1", groups: named.map(groupDocument) })
    );
  }
  if (root === "api" && parts.length === 2) return resourceList(groups, "", first ?? "");
  if (root !== "apis") return undefined;
  const group = groups.find(({ name }) => name === first);
  if (parts.length === 2 && group) {
    return json(200, { kind: "APIGroup", apiVersion: "v1", ...groupDocument(group) });
  }
  return parts.length === 3 ? resourceList(groups, first ?? "", second ?? "") : undefined;
}

function groupsOf(types: readonly ResourceType[]): readonly Group[] {
  const groups = new Map<string, Map<string, Resource[]>>();
  const add = (resource: Resource): void => {
    const versions = groups.get(resource.group) ?? new Map<string, Resource[]>();
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
    groups.set(resource.group, versions);
  };
  for (const type of types) {
    for (const version of type.versions) resourcesOf(type, version).forEach(add);
  }
  for (const { group, plural, kind, namespaced } of REVIEWS) {
    const rest = { version: "v1", namespaced, shortNames: [], categories: [] };
    add({ ...rest, name: plural, kind, group, verbs: ["create"], singular: kind.toLowerCase() });
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions].map(([version, resources]) => ({ name: version, resources })),
  }));
}

function resourcesOf(type: ResourceType, version: ServedVersion): readonly Resource[] {
  const { group, kind, plural, namespaced, singular, shortNames, categories } = type;
  const own: Resource = {
    name: plural,
    kind,
    group,
    version: version.name,
    namespaced,
    verbs: VERBS,
    singular,
    shortNames,
    categories,
  };
  const part = (name: string, verbs: readonly string[], partKind = kind): Resource => ({
    ...own,
    name: `${plural}/${name}`,
    kind: partKind,
    verbs,
    singular: "",
    shortNames: [],
    categories: [],
  });
  return [
    own,
    ...(version.status ? [part("status", PART_VERBS)] : []),
    ...(version.scale ? [part("scale", PART_VERBS, "Scale")] : []),
    ...(type.key === "pods"
      ? [part("log", ["get"]), part("portforward", ["create", "get"], "PodPortForwardOptions")]
      : []),
    ...(type.key === "namespaces" ? [part("finalize", ["update"])] : []),
    ...(type.key === "serviceaccounts" ? [part("token", ["create"], "TokenRequest")] : []),
  ];
}

function groupDocument({ name, versions }: Group): JsonRecord {
  const all = versions.map((version) => ({
    groupVersion: `${name}/${version.name}`,
    version: version.name,
  }));
  return { name, versions: all, preferredVersion: all[0] };
}

function resourceList(
  groups: readonly Group[],
  group: string,
  version: string,
): Answer | undefined {
  const found = groups
    .find(({ name }) => name === group)
    ?.versions.find(({ name }) => name === version);
  return (
    found &&
    json(200, {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: apiVersionOf(group, version),
      resources: found.resources.map(({ name, singular, namespaced, kind, verbs, ...rest }) => ({
        name,
        singularName: singular,
        namespaced,
        kind,
        verbs,
        ...(rest.shortNames.length > 0 ? { shortNames: rest.shortNames } : {}),
        ...(rest.categories.length > 0 ? { categories: rest.categories } : {}),
      })),
    })
  );
}

/** The aggregated document, when the client takes it in a version that we know. */
function aggregated(groups: readonly Group[], accept: string | undefined): Answer | undefined {
  const wanted = mediaTypes(accept).find(
    ({ type, parameters }) =>
      type === "application/json" &&
      parameters.g === "apidiscovery.k8s.io" &&
      parameters.as === "APIGroupDiscoveryList" &&
      ["v2", "v2beta1"].includes(parameters.v ?? ""),
  );
  const version = wanted?.parameters.v;
  if (!version) return undefined;
  const items = groups.map(({ name, versions }) => ({
    metadata: { ...(name ? { name } : {}), creationTimestamp: null },
    versions: versions.map(({ name: versionName, resources }) => ({
      version: versionName,
      resources: resources
        .filter((resource) => !resource.name.includes("/"))
        .map((resource) => aggregatedResource(resource, resources)),
      freshness: "Current",
    })),
  }));
  return {
    code: 200,
    contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    text: JSON.stringify({
      kind: "APIGroupDiscoveryList",
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items,
    }),
  };
}

function aggregatedResource(resource: Resource, siblings: readonly Resource[]): JsonRecord {
  const { name, group, version, kind, namespaced, singular, verbs } = resource;
  const parts = siblings.filter((sibling) => sibling.name.startsWith(`${name}/`));
  return {
    resource: name,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(parts.length > 0
      ? {
          subresources: parts.map((part) => ({
            subresource: part.name.slice(name.length + 1),
            responseKind: { group, version, kind: part.kind },
            verbs: part.verbs,
          })),
        }
      : {}),
  };
}
