import { request } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { KubeObject } from "@/lib/k8s/object";
import type { Folders } from "./folders";
import { LabError } from "./lab-error";

export const API_PORT = 16_443;
export const ADMIN_TOKEN = "lab-admin";

const Status = z.looseObject({ message: z.string().optional() });

/** Plurals of the kinds that the lab itself writes; Istio's are written by kubectl. */
const PATHS: Readonly<Record<string, (namespace: string, name: string) => string>> = {
  Namespace: (_, name) => `/api/v1/namespaces/${name}`,
  Node: (_, name) => `/api/v1/nodes/${name}`,
  Pod: (namespace, name) => `/api/v1/namespaces/${namespace}/pods/${name}`,
  Service: (namespace, name) => `/api/v1/namespaces/${namespace}/services/${name}`,
  ServiceAccount: (namespace, name) => `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`,
  Deployment: (namespace, name) => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
  ReplicaSet: (namespace, name) => `/apis/apps/v1/namespaces/${namespace}/replicasets/${name}`,
  EndpointSlice: (namespace, name) =>
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`,
  CustomResourceDefinition: (_, name) =>
    `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`,
  ValidatingWebhookConfiguration: (_, name) =>
    `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${name}`,
};

/** The lab's own client of its API server: server-side apply and plain requests as administrator. */
export class ApiClient {
  private readonly authority: Buffer;

  constructor(folders: Folders) {
    this.authority = readFileSync(join(folders.run, "certificates", "apiserver.crt"));
  }

  /** Applies an object, and its status too when it has one. @throws LabError with the server's words */
  async apply(object: KubeObject): Promise<void> {
    const { status, ...rest } = object;
    const path = pathOf(object);
    await this.send("PATCH", `${path}?fieldManager=lab&force=true`, rest);
    if (status !== undefined) {
      const { apiVersion, kind, metadata } = object;
      const body = {
        apiVersion,
        kind,
        metadata: { name: metadata.name, namespace: metadata.namespace },
        status,
      };
      await this.send("PATCH", `${path}/status?fieldManager=lab&force=true`, body);
    }
  }

  async applyAll(objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) await this.apply(object);
  }

  /** @throws LabError with the server's words */
  send(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
  ): Promise<unknown> {
    const contentType = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: "127.0.0.1",
          port: API_PORT,
          method,
          path,
          ca: this.authority,
          timeout: 20_000,
          headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": contentType },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const answer: unknown = text === "" ? undefined : parse(text);
            if ((response.statusCode ?? 500) < 300) return resolve(answer);
            const said = Status.safeParse(answer).data?.message ?? text;
            reject(new LabError(`${method} ${path}: ${response.statusCode ?? 0} ${said}`));
          });
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 20 s")));
      outgoing.on("error", (error) => reject(new LabError(`${method} ${path}: ${error.message}`)));
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pathOf({ kind, metadata }: KubeObject): string {
  const path = PATHS[kind];
  if (!path) throw new TypeError(`the lab does not write ${kind}`);
  return path(metadata.namespace ?? "", metadata.name);
}
