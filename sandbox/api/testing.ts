import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { JsonRecord } from "@/lib/k8s/json-value";
import type { RequestFaults } from "@/sandbox/contracts";
import { type ManualClock, manualClock } from "../clock";
import { seededRandom } from "../random";
import { type ApiServer, startApiServer } from "./api-server";
import { type ClusterState, emptyCluster } from "./cluster-state";
import { kubeconfig } from "./kubeconfig";
import { makeTlsIdentity, type TlsIdentity } from "./tls-identity";

const TOKEN = "test-token";

/** What a server answered. */
export interface Reply {
  readonly code: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The body as JSON; an empty object when it is none. */
  readonly body: JsonRecord;
}

/** What to send beside method and path. */
export interface Sent {
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const bytesOf = (body: unknown): Buffer =>
  Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));

/** One line of a watch. */
export interface WatchLine {
  readonly type: string;
  readonly object: JsonRecord;
}

/** A real API server over HTTPS, on a clock that tests drive. */
export class TestApi {
  private readonly agent: Agent;

  private constructor(
    readonly cluster: ClusterState,
    readonly clock: ManualClock,
    readonly server: ApiServer,
    private readonly identity: TlsIdentity,
  ) {
    this.agent = new Agent({ ca: identity.ca, keepAlive: true });
  }

  /** Starts a cluster that holds the namespaces `default` and `bookinfo`. */
  static async start(faults?: RequestFaults): Promise<TestApi> {
    const clock = manualClock();
    const random = seededRandom(1);
    const cluster = emptyCluster(clock, () => random.next());
    for (const name of ["default", "bookinfo"]) {
      cluster.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    const identity = await makeTlsIdentity();
    const server = await startApiServer(cluster, {
      port: 0,
      token: TOKEN,
      identity,
      ...(faults ? { faults } : {}),
    });
    return new TestApi(cluster, clock, server, identity);
  }

  get ca(): string {
    return this.identity.ca;
  }

  async send(method: string, path: string, sent: Sent = {}): Promise<Reply> {
    const response = await this.open(method, path, sent);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    return {
      code: response.statusCode ?? 0,
      headers: response.headers,
      text,
      // The lines of a watch are no document.
      body: text.startsWith("{") && !text.includes("\n") ? (JSON.parse(text) as JsonRecord) : {},
    };
  }

  /** Opens a request and resolves when the headers are there. */
  open(method: string, path: string, { body, type, headers }: Sent = {}): Promise<IncomingMessage> {
    const payload = body === undefined ? "" : bytesOf(body);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        `${this.server.url}${path}`,
        {
          method,
          agent: this.agent,
          // Whatever the Host header says, the certificate is that of the loopback address.
          servername: "localhost",
          headers: {
            authorization: `Bearer ${TOKEN}`,
            "content-type": type ?? "application/json",
            "content-length": payload.length,
            "user-agent": "tester/1.0",
            ...headers,
          },
        },
        resolve,
      );
      request.on("error", reject);
      request.end(payload);
    });
  }

  /** Opens a watch; `next` resolves with one line after the other. */
  async watch(
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ next: () => Promise<WatchLine | undefined>; close: () => void }> {
    const response = await this.open("GET", path, headers ? { headers } : {});
    const lines = createInterface({ input: response })[Symbol.asyncIterator]();
    return {
      async next() {
        const line = await lines.next();
        return line.done ? undefined : (JSON.parse(line.value) as WatchLine);
      },
      close: () => response.destroy(),
    };
  }

  /** Writes a kubeconfig into a new folder, which `close` removes. */
  async kubeconfig(): Promise<{ path: string; folder: string }> {
    const folder = await mkdtemp(join(tmpdir(), "quarterdeck-test-"));
    this.folders.push(folder);
    const path = join(folder, "kubeconfig");
    const { url } = this.server;
    await writeFile(path, kubeconfig({ server: url, ca: this.ca, token: TOKEN }), { mode: 0o600 });
    return { path, folder };
  }

  private readonly folders: string[] = [];

  async close(): Promise<void> {
    this.agent.destroy();
    await this.server.close();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
