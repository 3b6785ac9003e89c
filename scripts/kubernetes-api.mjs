// A client of the API server that a kubeconfig of the sandbox names, for benches.
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { Problem } from "./processes.mjs";

/** Resolves to `(method, path, body)`, which writes. @throws Problem when the server refuses. */
export async function kubernetesApi(kubeconfig) {
  // Loaded late: the packages may be installed by whoever calls.
  const { parse } = await import("yaml");
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const server = new URL(clusters[0].cluster.server);
  const options = {
    ca: Buffer.from(clusters[0].cluster["certificate-authority-data"], "base64"),
    headers: {
      authorization: `Bearer ${users[0].user.token}`,
      "content-type": "application/json",
    },
  };
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(path, server), { ...options, method }, (answer) => {
        answer.resume();
        answer.on("end", () =>
          answer.statusCode < 300
            ? resolve()
            : reject(new Problem(`${method} ${path}: ${answer.statusCode}`, 1)),
        );
      });
      sent.on("error", reject);
      sent.end(body && JSON.stringify(body));
    });
}
