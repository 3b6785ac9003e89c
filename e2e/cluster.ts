import { readFileSync } from "node:fs";
import { request } from "node:https";
import { parse } from "yaml";

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

/**
 * Changes an object behind the product's back, as any client of the cluster can: a JSON merge
 * patch. @throws with the server's answer when it is refused
 */
export function mergePatch(kubeconfig: string, path: string, patch: unknown): Promise<void> {
  const config = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const { server, "certificate-authority-data": ca } = config.clusters[0]!.cluster;
  const body = JSON.stringify(patch);
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, server),
      {
        method: "PATCH",
        ca: Buffer.from(ca, "base64"),
        headers: {
          authorization: `Bearer ${config.users[0]!.user.token}`,
          "content-type": "application/merge-patch+json",
          "user-agent": "e2e",
        },
      },
      (response) => {
        let answer = "";
        response.on("data", (chunk: Buffer) => (answer += chunk.toString()));
        response.on("end", () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`${path}: ${response.statusCode} ${answer}`));
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
