import { AppError } from "@/lib/base/errors";
import { millis, seconds } from "@/lib/base/units";
import { groupOf, type KindId, kindIdOf, kindInfo, type ObjectRef } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Random } from "../clock";
import type { ClusterLocation } from "../env";
import type { Clock, Cluster, Page, PatchType, WriteResult } from "../ports";
import { apiDiscovery } from "./discovery";
import { type CredentialSource, credentialSource } from "./credentials";
import { type PortForward, portForward } from "./port-forward";
import { containerName, requestPath } from "./request-path";
import { type ApiRequest, apiTransport, type Transport } from "./transport";
import { isKubeObject, watchEvents } from "./watch-stream";
import { ListAnswer, ReviewAnswer } from "./answers";

const READ_TIMEOUT = seconds(30);
const WRITE_TIMEOUT = seconds(30);
const WATCH_SECONDS = 300;
const MAX_LOG_BYTES = 4 * 1024 * 1024;
/** Under which name our writes appear in managedFields. */
const FIELD_MANAGER = "quarterdeck";

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** The Cluster port on a real API server. `close` ends its connections. */
export function kubernetesCluster(
  location: ClusterLocation | undefined,
  time: { clock: Clock; random: Random },
): Cluster & { close(): void } {
  const credentials = credentialSource(location);
  const transport = apiTransport(credentials);
  return clusterOver({ credentials, transport, forward: portForward(credentials) }, time);
}

/** How an API server is reached. */
interface ClusterAccess {
  readonly credentials: CredentialSource;
  readonly transport: Transport;
  readonly forward: PortForward;
}

/** The Cluster port over any way to send requests to an API server. */
export function clusterOver(
  { credentials, transport, forward }: ClusterAccess,
  { clock, random }: { clock: Clock; random: Random },
): Cluster & { close(): void } {
  const discovery = apiDiscovery(transport, clock);
  const identity: { -readonly [Key in keyof Cluster["identity"]]: Cluster["identity"][Key] } = {
    server: "",
    context: "",
    user: "",
  };

  async function sent(request: ApiRequest) {
    const { server, context, user, namespace } = await credentials.read();
    Object.assign(identity, { server: server.host, context, user, namespace });
    return transport.request(request);
  }

  async function write(request: ApiRequest): Promise<WriteResult> {
    const { text, warnings } = await sent(request);
    const object: unknown = parsed(text, request.doing);
    if (isKubeObject(object)) return { object, warnings };
    throw new AppError("unavailable", `Cannot ${request.doing}: the answer is no object`);
  }

  return {
    identity,
    async list(kind, options = {}) {
      const { namespace, signal, limit } = options;
      const version = await discovery.version(kind, signal);
      const doing = `list ${kindInfo(kind).plural}`;
      try {
        const { text } = await sent({
          method: "GET",
          path: requestPath({ kind, version, namespace }),
          query: {
            limit: limit?.toString(),
            continue: options.continue,
            labelSelector: options.labelSelector,
          },
          timeout: READ_TIMEOUT,
          signal,
          doing,
        });
        return pageOf(parsed(text, doing), kind, version);
      } catch (error) {
        // The CRD was removed, or this version of it is no longer served.
        if (error instanceof AppError && error.code === "not-found") discovery.forget();
        throw error;
      }
    },

    async *watch(kind, resourceVersion, signal, namespace) {
      const version = await discovery.version(kind, signal);
      const doing = `watch ${kindInfo(kind).plural}`;
      const { server } = await credentials.read();
      const stream = await transport.stream({
        method: "GET",
        path: requestPath({ kind, version, namespace }),
        query: {
          watch: "true",
          resourceVersion,
          allowWatchBookmarks: "true",
          timeoutSeconds: String(Math.round(WATCH_SECONDS * (1 + random()))),
        },
        timeout: READ_TIMEOUT,
        signal,
        doing,
      });
      yield { type: "open" };
      for await (const event of watchEvents(stream, { doing, signal, server })) {
        // What is served changes with it: nobody waits until what was known of that is old.
        if (kind === "CustomResourceDefinition" && event.type !== "bookmark") discovery.forget();
        yield event;
      }
    },

    async get(ref, signal) {
      const version = await discovery.version(ref.kind, signal);
      const doing = `read ${nameOf(ref)}`;
      const { text } = await sent({
        method: "GET",
        path: requestPath({ ...ref, version }),
        timeout: READ_TIMEOUT,
        signal,
        doing,
      });
      const object: unknown = parsed(text, doing);
      if (isKubeObject(object)) return object;
      throw new AppError("unavailable", `Cannot ${doing}: the answer is no object`);
    },

    async create(object, options = {}) {
      const { name: _, ...collection } = placeOf(object);
      return write({
        method: "POST",
        path: requestPath(collection),
        query: writeQuery(options.dryRun),
        body: JSON.stringify(object),
        timeout: WRITE_TIMEOUT,
        signal: options.signal,
        doing: `create ${object.kind} ${object.metadata.name}`,
      });
    },

    async replace(object, options = {}) {
      return write({
        method: "PUT",
        path: requestPath({ ...placeOf(object), subresource: options.subresource }),
        query: writeQuery(options.dryRun),
        body: JSON.stringify(object),
        timeout: WRITE_TIMEOUT,
        signal: options.signal,
        doing: `write ${object.kind} ${object.metadata.name}`,
      });
    },

    async patch(ref, { type, body, fieldManager }, options = {}) {
      const version = versionOf(body) ?? (await discovery.version(ref.kind, options.signal));
      return write({
        method: "PATCH",
        path: requestPath({ ...ref, version, subresource: options.subresource }),
        query: writeQuery(options.dryRun, fieldManager),
        contentType: PATCH_TYPES[type],
        body: JSON.stringify(body),
        timeout: WRITE_TIMEOUT,
        signal: options.signal,
        doing: `patch ${nameOf(ref)}`,
      });
    },

    async delete(ref, options = {}) {
      const version = await discovery.version(ref.kind, options.signal);
      const { resourceVersion } = options;
      await sent({
        method: "DELETE",
        path: requestPath({ ...ref, version }),
        query: { dryRun: options.dryRun ? "All" : undefined },
        body: JSON.stringify({
          apiVersion: "v1",
          kind: "DeleteOptions",
          ...(resourceVersion !== undefined && { preconditions: { resourceVersion } }),
        }),
        timeout: WRITE_TIMEOUT,
        signal: options.signal,
        doing: `delete ${nameOf(ref)}`,
      });
    },

    async can({ verb, kind, namespace, name, subresource }, signal) {
      const { group, plural } = kindInfo(kind);
      const doing = `ask whether ${plural} may be changed`;
      const { text } = await sent({
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body: JSON.stringify({
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: {
            resourceAttributes: { verb, group, resource: plural, namespace, name, subresource },
          },
        }),
        timeout: READ_TIMEOUT,
        signal,
        doing,
      });
      const review = ReviewAnswer.safeParse(parsed(text, doing));
      if (review.success) return review.data.status.allowed;
      throw new AppError("unavailable", `Cannot ${doing}: the answer is no review`);
    },

    async logs({ namespace, name, container }, { tailLines, signal }) {
      const { text } = await sent({
        method: "GET",
        path: requestPath({ kind: "Pod", version: "v1", namespace, name, subresource: "log" }),
        query: {
          container: container === undefined ? undefined : containerName(container),
          tailLines: String(tailLines),
          limitBytes: String(MAX_LOG_BYTES),
        },
        accept: "*/*",
        timeout: READ_TIMEOUT,
        maxBytes: MAX_LOG_BYTES,
        signal,
        doing: `read the log of ${namespace}/${name}`,
      });
      return text;
    },

    openPort: (pod, signal) => forward.open(pod, signal),
    podRequest: (pod, request, signal) => forward.request(pod, request, signal),
    close() {
      forward.close();
      transport.close();
    },
  };
}

const nameOf = ({ kind, namespace, name }: ObjectRef): string =>
  `${kindInfo(kind).kind} ${namespace ? `${namespace}/` : ""}${name}`;

const writeQuery = (dryRun: boolean | undefined, fieldManager = FIELD_MANAGER) => ({
  fieldValidation: "Strict",
  fieldManager,
  dryRun: dryRun ? "All" : undefined,
});

function placeOf({ apiVersion, kind, metadata }: KubeObject) {
  const id = kindIdOf({ apiVersion, kind });
  if (!id) {
    throw new AppError("unsupported", `Quarterdeck does not handle ${kind} of ${apiVersion}`, {
      hint: "Use kubectl for this kind.",
    });
  }
  const version = apiVersion.slice(groupOf(apiVersion) ? groupOf(apiVersion).length + 1 : 0);
  return { kind: id, version, namespace: metadata.namespace, name: metadata.name };
}

/** Patches that name a version must go to the path of that version. */
function versionOf(body: unknown): string | undefined {
  if (!isRecord(body) || typeof body.apiVersion !== "string") return undefined;
  const group = groupOf(body.apiVersion);
  return body.apiVersion.slice(group ? group.length + 1 : 0);
}

function pageOf(answer: unknown, kind: KindId, version: string): Page {
  const list = ListAnswer.safeParse(answer);
  if (!list.success) {
    throw new AppError(
      "unavailable",
      `Cannot list ${kindInfo(kind).plural}: the answer is no list`,
    );
  }
  const { group, kind: kindName } = kindInfo(kind);
  // Items of built-in kinds come without these two.
  const type = { apiVersion: group ? `${group}/${version}` : version, kind: kindName };
  const items = (list.data.items ?? []).map((item) => ({ ...type, ...item })).filter(isKubeObject);
  const { resourceVersion = "", continue: next } = list.data.metadata;
  return { items, resourceVersion, continue: next === "" ? undefined : next };
}

function parsed(text: string, doing: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("unavailable", `Cannot ${doing}: the answer is no JSON`, {
      cause,
      hint: "Check the server's address in the kubeconfig.",
      retryAfter: millis(5_000),
    });
  }
}
