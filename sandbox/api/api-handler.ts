import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { RequestFaults } from "@/sandbox/contracts";
import { Authenticator } from "./access/authenticator";
import { forbidEscalation } from "./access/escalation";
import { impersonated } from "./access/impersonation";
import { answerReview, reviewAt } from "./access/reviews";
import type { User } from "./access/user";
import type { ClusterState } from "./cluster-state";
import { discover } from "./discovery";
import { readBody, refuseUpgrade, send } from "./http-exchange";
import { isServed, representations, wantedForm, wantedFormat } from "./media-type";
import { ObjectHandler, verbOf } from "./object-handler";
import { type Answer, json, type ObjectRequest } from "./object-request";
import { OpenApi } from "./openapi";
import { forwardChannels, portForwardSockets, portsOf, speaksChannels } from "./port-forward";
import { forwardSpdy, spdyDialect } from "./port-forward-spdy";
import { resourcePath, type ResourcePath } from "./request-path";
import { refuse } from "./status-error";

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

/** What kubectl exec, cp and attach ask for. */
const RUNS_COMMANDS: ReadonlySet<string> = new Set(["exec", "attach"]);
const NO_COMMANDS =
  "the sandbox's pods are simulated and run no commands, so exec and attach are not offered; Envoy's admin pages are read by port-forward to 15000";

/** Answers requests and upgrades: who asks, may he, and what for. */
export class ApiHandler {
  private readonly objects: ObjectHandler;
  private readonly openApi: OpenApi;
  private readonly authenticator: Authenticator;
  private readonly silent = new Set<IncomingMessage>();

  constructor(
    private readonly state: ClusterState,
    token: string,
    private readonly faults: RequestFaults,
  ) {
    this.authenticator = new Authenticator(token, state.tokens);
    this.objects = new ObjectHandler(state);
    this.openApi = new OpenApi(state.objects.types);
  }

  /** Forgets the history of changes and the snapshots of lists now. */
  compact(): void {
    this.state.objects.storage.compact();
    this.objects.lister.compact();
  }

  /** @throws StatusError */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkHost(request);
    const url = requestTarget(request);
    if (!isDecodable(url.pathname)) {
      send(response, BAD_PATH);
      return;
    }
    if (await this.struck(request, url)) return;
    const user = this.userOf(request);
    const warnings: string[] = [];
    const answer = await this.route(request, url, user, warnings);
    const format = wantedFormat(request.headers.accept);
    send(response, answer, { warnings, format });
  }

  /** Tears off the connections of requests that were left without an answer. */
  dropSilent(): void {
    for (const request of this.silent) request.destroy();
    this.silent.clear();
  }

  /** Whether a fault has dealt with the request already. @throws StatusError that a fault wants */
  private async struck(
    request: IncomingMessage,
    { pathname, query }: RequestTarget,
  ): Promise<boolean> {
    const name = resourcePath(pathname)?.name ?? "";
    const verb = verbOf(request.method ?? "GET", name, query);
    const fault = this.faults.strike({ verb, path: pathname });
    if (!fault) return false;
    if (fault.delayMs > 0) await delay(fault.delayMs, undefined, { ref: false });
    if (fault.then === "answer") return false;
    if (fault.then !== "hang") throw refuse.onPurpose(fault.then);
    this.silent.add(request);
    request.on("close", () => this.silent.delete(request));
    return true;
  }

  /** Takes a request to speak another protocol: port-forward, and nothing else. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away in the middle is no failure of ours.
    socket.on("error", () => socket.destroy());
    this.answerUpgrade(request, socket, head).catch((error: unknown) => {
      refuseUpgrade(socket, error);
    });
  }

  /** @throws StatusError */
  private async answerUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    checkHost(request);
    const url = requestTarget(request);
    if (await this.struck(request, url)) return;
    const user = this.userOf(request);
    const { pathname, query } = url;
    const path = resourcePath(pathname);
    if (path?.plural !== "pods" || path.group) throw refuse.noSuchPath();
    if (RUNS_COMMANDS.has(path.subresource)) throw refuse.badRequest(NO_COMMANDS);
    if (path.subresource !== "portforward") throw refuse.noSuchPath();
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
    this.state.streams.addSocket(request, socket);
    if (dialect) {
      forwardSpdy({ request, socket, head, dialect }, network, path);
      return;
    }
    if (!speaksChannels(request)) throw refuse.badRequest("no known port-forward protocol");
    const ports = portsOf(query);
    portForwardSockets.handleUpgrade(request, socket, head, (opened) => {
      forwardChannels(opened, network, path, ports);
    });
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
    return NO_PAGE;
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
    if (!target) {
      if (!objects.types.serves(path.group, path.version)) return NO_PAGE;
      throw refuse.noSuchPath();
    }
    if (!target.type.custom && !isServed(request.headers.accept)) {
      throw refuse.noRepresentation(representations(method === "GET" && path.name === ""));
    }
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

/** What lies outside of all groups is answered by nobody in particular. */
const NO_PAGE: Answer = {
  code: 404,
  text: "404 page not found\n",
  contentType: "text/plain; charset=utf-8",
};
const BAD_PATH: Answer = {
  code: 400,
  text: "400 Bad Request",
  contentType: "text/plain; charset=utf-8",
};

function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
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
