import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { parse } from "yaml";
import { z } from "zod";
import { LabError } from "../lab-error";

const Kubeconfig = z.looseObject({
  clusters: z
    .array(
      z.looseObject({
        cluster: z.looseObject({ server: z.url(), "certificate-authority-data": z.string() }),
      }),
    )
    .min(1),
  users: z.array(z.looseObject({ user: z.looseObject({ token: z.string() }) })).min(1),
});

export type Json = Readonly<Record<string, unknown>>;

/** What a server answered. `json` is empty for answers that are not JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Json;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another token than that of the kubeconfig; empty for none. */
  readonly token?: string;
}

/** One event of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: Json;
}

const TIMEOUT_MS = 15_000;

/** Plain requests to the API server of a kubeconfig: what any client could send, well formed or not. */
export class ApiConnection {
  readonly server: URL;
  readonly kubeconfig: string;
  private readonly token: string;
  private readonly agent: Agent;

  constructor(file: string) {
    this.kubeconfig = file;
    const parsed = Kubeconfig.safeParse(parse(readFileSync(file, "utf8")));
    const [cluster] = parsed.data?.clusters ?? [];
    const [user] = parsed.data?.users ?? [];
    if (!cluster || !user)
      throw new LabError(`${file} is no kubeconfig with a CA and a token inside`);
    this.server = new URL(cluster.cluster.server);
    this.token = user.user.token;
    this.agent = new Agent({
      keepAlive: true,
      ca: Buffer.from(cluster.cluster["certificate-authority-data"], "base64"),
    });
  }

  /** One request and its whole answer. Refusals are answers too. */
  send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        this.server,
        { ...this.settings(method, path, options), timeout: TIMEOUT_MS },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: jsonOf(text),
            });
          });
        },
      );
      outgoing.on("timeout", () =>
        outgoing.destroy(new Error(`no answer to ${method} ${path} in ${TIMEOUT_MS} ms`)),
      );
      outgoing.on("error", reject);
      outgoing.end(bodyOf(options.body));
    });
  }

  get = (path: string, options?: RequestOptions): Promise<Answer> =>
    this.send("GET", path, options);
  post = (path: string, body: unknown, options?: RequestOptions): Promise<Answer> =>
    this.send("POST", path, { body, ...options });
  put = (path: string, body: unknown, options?: RequestOptions): Promise<Answer> =>
    this.send("PUT", path, { body, ...options });
  delete = (path: string, body?: unknown): Promise<Answer> =>
    this.send("DELETE", path, body === undefined ? {} : { body });

  patch(
    type: "json" | "merge" | "strategic" | "apply",
    path: string,
    body: unknown,
    options?: RequestOptions,
  ): Promise<Answer> {
    const contentType = {
      json: "application/json-patch+json",
      merge: "application/merge-patch+json",
      strategic: "application/strategic-merge-patch+json",
      apply: "application/apply-patch+yaml",
    }[type];
    return this.send("PATCH", path, { body, contentType, ...options });
  }

  /**
   * Reads a watch until `enough` says so, the server ends it, or `patienceMs` pass; `during` runs
   * once the stream is open.
   */
  watch(
    path: string,
    enough: (events: readonly WatchEvent[]) => boolean,
    { during, patienceMs = 5_000 }: { during?: () => Promise<unknown>; patienceMs?: number } = {},
  ): Promise<{ status: number; events: WatchEvent[]; ended: boolean }> {
    return new Promise((resolve, reject) => {
      const events: WatchEvent[] = [];
      let rest = "";
      const outgoing = request(this.server, this.settings("GET", path, {}), (response) => {
        const finish = (ended: boolean) => {
          clearTimeout(timer);
          outgoing.destroy();
          resolve({ status: response.statusCode ?? 0, events, ended });
        };
        const timer = setTimeout(() => finish(false), patienceMs);
        response.on("data", (chunk: Buffer) => {
          const lines = (rest + chunk.toString("utf8")).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) events.push(JSON.parse(line) as WatchEvent);
          if (enough(events)) finish(false);
        });
        response.on("end", () => finish(true));
        response.on("error", () => finish(true));
        during?.().catch(reject);
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private settings(
    method: string,
    path: string,
    { body, contentType, accept, headers, token }: RequestOptions,
  ) {
    const authorization = token === "" ? {} : { authorization: `Bearer ${token ?? this.token}` };
    return {
      method,
      path,
      agent: this.agent,
      headers: {
        accept: accept ?? "application/json",
        ...authorization,
        // Node sends a DELETE's body without its length unless told.
        ...(body === undefined
          ? {}
          : {
              "content-type": contentType ?? "application/json",
              "content-length": String(Buffer.byteLength(bodyOf(body) ?? "")),
            }),
        ...headers,
      },
    };
  }
}

function bodyOf(body: unknown): string | Buffer | undefined {
  if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) return body;
  return JSON.stringify(body);
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** The value at a dotted path of a document: `at(answer.json, "metadata.resourceVersion")`. */
export function at(document: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null ? (value as Json)[key] : undefined,
      document,
    );
}

/** The text at a dotted path; empty where there is none. */
export const textAt = (document: unknown, path: string): string => {
  const value = at(document, path);
  return typeof value === "string" ? value : "";
};

/** The list at a dotted path; empty where there is none. */
export const listAt = (document: unknown, path: string): readonly Json[] => {
  const value = at(document, path);
  return Array.isArray(value) ? (value as Json[]) : [];
};
