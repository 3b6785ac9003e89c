import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Authenticator } from "./access/authenticator";
import { forbidEscalation } from "./access/escalation";
import { impersonated } from "./access/impersonation";
import { answerReview, reviewAt } from "./access/reviews";
import type { User } from "./access/user";
import type { ClusterState } from "./cluster-state";
import { discover } from "./discovery";
import { readBody, refuseUpgrade, send, sendError } from "./http-exchange";
import { wantedForm } from "./media-type";
import { ObjectHandler, verbOf } from "./object-handler";
import { type Answer, json, type ObjectRequest } from "./object-request";
import { OpenApi } from "./openapi";
import { forwardChannels, portForwardSockets, portsOf, speaksChannels } from "./port-forward";
import { forwardSpdy, spdyDialect } from "./port-forward-spdy";
import { resourcePath, type ResourcePath } from "./request-path";
import { refuse } from "./status-error";
import type { TlsIdentity } from "./tls-identity";

/** What the server calls itself: the version of Kubernetes whose behaviour it follows. */
const VERSION = {
  major: "1",
  minor: "33",
  gitVersion: "v1.33.0+quarterdeck",
  gitCommit: "0000000000000000000000000000000000000000",
  gitTreeState: "clean",
  buildDate: "2026-01-01T00:00:00Z",
  goVersion: "none",
  compiler: "node",
  platform: "linux/amd64",
};

/** A running API server. */
export interface ApiServer {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Forgets the history of changes and the snapshots of lists now. */
  compact(): void;
  /** Stops at once, ending open streams. */
  close(): Promise<void>;
}

/** Serves the cluster on 127.0.0.1. Port zero takes a free one. @throws when the port is taken */
export async function startApiServer(
  state: ClusterState,
  options: { port: number; token: string; identity: TlsIdentity },
): Promise<ApiServer> {
  const { certificate, key } = options.identity;
  const handler = new ApiHandler(state, options.token);
  // As a real server's: its history starts with itself, and what was before can only be listed.
  state.objects.storage.compact();
  const server = createServer({ cert: certificate, key }, (request, response) => {
    handler
      .handle(request, response)
      .catch((error: unknown) => sendError(request, response, error));
  });
  // The server forgets sockets that were upgraded, and would wait for them for ever.
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request, socket: Duplex, head) => {
    upgraded.add(socket);
    socket.on("close", () => upgraded.delete(socket));
    handler.upgrade(request, socket, head);
  });
  // Watches have bodies in the other direction only; slow senders are cut off.
  server.requestTimeout = 60_000;
  await listening(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    compact: () => handler.compact(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });

class ApiHandler {
  private readonly objects: ObjectHandler;
  private readonly openApi: OpenApi;
  private readonly authenticator: Authenticator;

  constructor(
    private readonly state: ClusterState,
    token: string,
  ) {
    this.authenticator = new Authenticator(token, state.tokens);
    this.objects = new ObjectHandler(state);
    this.openApi = new OpenApi(state.objects.types);
  }

  compact(): void {
    this.state.objects.storage.compact();
    this.objects.lister.compact();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkHost(request);
    const url = requestTarget(request);
    const user = this.userOf(request);
    const warnings: string[] = [];
    const answer = await this.route(request, url, user, warnings);
    send(response, answer, { warnings, head: request.method === "HEAD" });
  }

  /** Takes a request to speak another protocol: port-forward, and nothing else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away in the middle is no failure of ours.
    socket.on("error", () => socket.destroy());
    try {
      checkHost(request);
      const user = this.userOf(request);
      const { pathname, query } = requestTarget(request);
      const path = resourcePath(pathname);
      if (path?.plural !== "pods" || path.group || path.subresource !== "portforward") {
        throw refuse.noSuchPath();
      }
      this.state.authorizer.authorize(user, {
        verb: request.method === "GET" ? "get" : "create",
        group: "",
        resource: "pods",
        subresource: "portforward",
        namespace: path.namespace,
        name: path.name,
      });
      const { objects, network } = this.state;
      const target = objects.types.byPath("", "v1", "pods");
      if (target) objects.get(target.type, path);
      const dialect = spdyDialect(request);
      if (dialect) {
        forwardSpdy({ request, socket, head, dialect }, network, path);
        return;
      }
      if (!speaksChannels(request)) throw refuse.badRequest("no known port-forward protocol");
      const ports = portsOf(query);
      portForwardSockets.handleUpgrade(request, socket, head, (opened) => {
        forwardChannels(opened, network, path, ports);
      });
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  }

  /** Who the request is handled as. @throws StatusError 400, 401, 403 */
  private userOf(request: IncomingMessage): User {
    const sender = this.authenticator.authenticate(request);
    return impersonated(sender, request, this.state.authorizer);
  }

  private async route(
    request: IncomingMessage,
    url: RequestTarget,
    user: User,
    warnings: string[],
  ): Promise<Answer> {
    const path = resourcePath(url.pathname);
    if (path) return this.routeObject(request, { path, query: url.query, user, warnings });
    const verb = (request.method ?? "GET").toLowerCase();
    this.state.authorizer.authorize(user, { verb, path: url.pathname });
    if (verb !== "get" && verb !== "head") throw refuse.methodNotAllowed();
    if (/^\/(healthz|livez|readyz)$/.test(url.pathname)) {
      return { code: 200, text: "ok", contentType: "text/plain; charset=utf-8" };
    }
    const types = this.state.objects.types.all();
    const found = discover(types, url.pathname, request.headers.accept);
    if (found) return found;
    const schemas = this.openApi.answer(url.pathname);
    if (schemas) return schemas;
    if (url.pathname === "/version") return json(200, VERSION);
    if (url.pathname === "/")
      return json(200, { paths: ["/api", "/apis", "/openapi/v3", "/version"] });
    throw refuse.noSuchPath();
  }

  private async routeObject(
    request: IncomingMessage,
    about: { path: ResourcePath; query: URLSearchParams; user: User; warnings: string[] },
  ): Promise<Answer> {
    const { path, query, user, warnings } = about;
    const method = request.method ?? "GET";
    const contentType = request.headers["content-type"] ?? "";
    const { authenticator } = this;
    const { authorizer, clock, objects } = this.state;
    authorizer.authorize(user, {
      verb: verbOf(method, path.name, query),
      group: path.group,
      resource: path.plural,
      subresource: path.subresource,
      namespace: path.namespace,
      name: path.name,
    });
    const review = reviewAt(path);
    if (review) {
      if (method !== "POST") throw refuse.methodNotAllowed();
      const body = await readBody(request);
      const { namespace } = path;
      const now = clock.now();
      const asked = { user, namespace, now, authorizer, authenticator };
      return answerReview(review, { body, contentType, ...asked });
    }
    const target = objects.types.byPath(path.group, path.version, path.plural);
    if (!target) throw refuse.noSuchPath();
    if (target.version.deprecation) warnings.push(target.version.deprecation);
    const include = query.get("includeObject");
    const objectRequest: ObjectRequest = {
      method,
      target,
      path,
      query,
      user,
      guard: (type, object) => forbidEscalation(authorizer, user, { type, object }),
      rendering: {
        target,
        form: wantedForm(request.headers.accept),
        include: include === "None" || include === "Object" ? include : "Metadata",
        now: () => clock.now(),
      },
      contentType,
      userAgent: request.headers["user-agent"] ?? "",
      warnings,
      body: () => readBody(request),
    };
    return this.objects.answer(objectRequest);
  }
}

/** A page that a browser opened under another name must not reach us (DNS rebinding). */
function checkHost({ headers }: IncomingMessage): void {
  const host = (headers.host ?? "").replace(/:\d+$/, "");
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) {
    throw refuse.forbidden(`this server does not answer for the host ${JSON.stringify(host)}`);
  }
}

interface RequestTarget {
  readonly pathname: string;
  readonly query: URLSearchParams;
}

/** The path as it was sent, dots and all, and the query. */
function requestTarget(request: IncomingMessage): RequestTarget {
  const text = request.url ?? "/";
  const mark = text.indexOf("?");
  return mark < 0
    ? { pathname: text, query: new URLSearchParams() }
    : { pathname: text.slice(0, mark), query: new URLSearchParams(text.slice(mark + 1)) };
}
