import { readFileSync } from "node:fs";
import { request } from "node:https";
import { parse } from "yaml";

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

/** Changes an object behind the product's back. @throws with the server's answer when it is refused */
export async function mergePatch(kubeconfig: string, path: string, patch: unknown): Promise<void> {
  await callCluster(kubeconfig, path, { method: "PATCH", body: patch });
}

/** Stores a new object in the collection at `path`. @throws with the server's answer when it is refused */
export async function createObject(kubeconfig: string, path: string, body: object): Promise<void> {
  await callCluster(kubeconfig, path, { method: "POST", body });
}

/** An object, or a list of them, as it is stored. @throws with the server's answer when it is refused */
export async function readObject<T>(kubeconfig: string, path: string): Promise<T> {
  return JSON.parse(await callCluster(kubeconfig, path, { method: "GET" })) as T;
}

/** Deletes an object behind the product's back. @throws with the server's answer when it is refused */
export async function deleteObject(kubeconfig: string, path: string): Promise<void> {
  await callCluster(kubeconfig, path, { method: "DELETE" });
}

/** One call of the cluster's API, as any client of it makes one; the body of a PATCH is a JSON merge patch. */
function callCluster(
  kubeconfig: string,
  path: string,
  { method, body }: { readonly method: string; readonly body?: unknown },
): Promise<string> {
  const config = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const { server, "certificate-authority-data": ca } = config.clusters[0]!.cluster;
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, server),
      {
        method,
        ca: Buffer.from(ca, "base64"),
        headers: {
          authorization: `Bearer ${config.users[0]!.user.token}`,
          "user-agent": "e2e",
          ...(body !== undefined && {
            "content-type":
              method === "PATCH" ? "application/merge-patch+json" : "application/json",
          }),
        },
      },
      (response) => {
        let answer = "";
        response.on("data", (chunk: Buffer) => (answer += chunk.toString()));
        response.on("end", () => {
          if (response.statusCode === 200 || response.statusCode === 201) resolve(answer);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        });
      },
    );
    call.on("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
