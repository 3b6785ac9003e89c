// A client of the API server that a kubeconfig of the sandbox names, for benches.
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { Problem } from "./processes.mjs";

/**
 * Resolves to `(method, path, body)`, which writes, with `watch(path, onEvent)`, which resolves, once it
 * listens, to what ends it. @throws Problem when the server refuses.
 */
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
  const write = (method, path, body) =>
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
  const watch = (path, onEvent) =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(`${path}?watch=true`, server), options, (answer) => {
        resolve(() => sent.destroy());
        let rest = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk) => {
          const lines = (rest + chunk).split("\n");
          rest = lines.pop();
          for (const line of lines) onEvent(JSON.parse(line));
        });
        answer.on("error", () => undefined); // It was ended.
      });
      sent.on("error", reject);
      sent.end();
    });
  return Object.assign(write, { watch });
}
