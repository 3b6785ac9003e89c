// The flags of `npm start` and their twins in the environment.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { Problem } from "./processes.mjs";

export const HELP = `Usage: npm start [-- flags]

  --port N            port to serve on (default 7070; 0 takes a free one)
  --host ADDRESS      address to listen on (default 127.0.0.1)
  --kubeconfig FILE   use this cluster instead of the sandbox
  --context NAME      use this context of the kubeconfig
  --in-cluster        use the service account of this pod
  --prometheus URL    Prometheus of that cluster
  --scenario NAME     scenario of the sandbox (default bookinfo)
  --objects DIR       load these manifests into the sandbox, over the scenario or by themselves
  --read-only         refuse every change
  --no-driver         leave rollouts to other replicas
  --no-open           do not open a browser

Each flag has a twin in the environment: QUARTERDECK_PORT, QUARTERDECK_KUBECONFIG and so on.
`;

const FLAGS = {
  port: { type: "string" },
  host: { type: "string" },
  kubeconfig: { type: "string" },
  context: { type: "string" },
  "in-cluster": { type: "boolean" },
  prometheus: { type: "string" },
  scenario: { type: "string" },
  objects: { type: "string" },
  "read-only": { type: "boolean" },
  "no-driver": { type: "boolean" },
  "no-open": { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

/** Reads flags, then the environment. @throws Problem in one line. */
export function startOptions(args, environment) {
  const given = parsed(args);
  const value = (name) => given[name] ?? (environment[twin(name)] || undefined);
  const flag = (name) => given[name] ?? truth(environment[twin(name)], twin(name));
  const options = {
    help: given.help ?? false,
    port: port(value("port") ?? "7070"),
    host: value("host") ?? "127.0.0.1",
    kubeconfig: value("kubeconfig"),
    context: value("context"),
    inCluster: flag("in-cluster"),
    prometheus: url(value("prometheus")),
    scenario: value("scenario"),
    objects: value("objects"),
    readOnly: flag("read-only"),
    driver: !flag("no-driver"),
    open: !flag("no-open"),
  };
  const { kubeconfig, context, inCluster, scenario, objects } = options;
  if (inCluster && (kubeconfig || context)) {
    throw new Problem("--in-cluster excludes --kubeconfig and --context: name one cluster");
  }
  const sandbox = !kubeconfig && !context && !inCluster;
  for (const [flag, given] of Object.entries({ scenario, objects })) {
    if (!sandbox && given) {
      throw new Problem(`--${flag} is for the sandbox: leave it out when you name a cluster`);
    }
  }
  if (objects && !existsSync(objects)) {
    throw new Problem(`there is no file or folder ${objects}: correct --objects`);
  }
  if (kubeconfig && !existsSync(kubeconfig)) {
    throw new Problem(`there is no kubeconfig at ${kubeconfig}: correct --kubeconfig`);
  }
  return { ...options, sandbox };
}

const twin = (name) => `QUARTERDECK_${name.toUpperCase().replaceAll("-", "_")}`;

function parsed(args) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Problem(`${error.message.split(/\. |\n/)[0]}; 'npm start -- --help' lists the flags`);
  }
}

function truth(text = "", name) {
  if (["", "0", "false"].includes(text)) return false;
  if (["1", "true"].includes(text)) return true;
  throw new Problem(`${name} must be true or false, not '${text}'`);
}

function port(text) {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= 65_535) return number;
  throw new Problem(`--port must be a number from 0 to 65535, not '${text}'`);
}

function url(text) {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new Problem(`--prometheus must be a URL such as http://prometheus:9090, not '${text}'`);
}

/** The port to serve on, found free just now. @throws Problem when it is not. */
export function freePort({ host, port }) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", ({ code }) => reject(new Problem(portProblem(code, host, port))));
    probe.listen({ host, port, exclusive: true }, () => {
      const free = probe.address().port;
      probe.close(() => resolve(free));
    });
  });
}

function portProblem(code, host, port) {
  if (code === "EADDRINUSE") {
    return `port ${port} of ${host} is in use: stop what listens there, or choose another with --port N`;
  }
  if (code === "EACCES") {
    return `port ${port} may not be used by this account: choose one above 1023 with --port N`;
  }
  return `cannot listen on ${host} (${code}): correct --host`;
}

/** Checks that a kubeconfig can be used; needs the installed packages. @throws Problem */
export async function checkKubeconfig({ kubeconfig, context }) {
  if (!kubeconfig) return;
  const { parse } = await import("yaml");
  let config;
  try {
    config = parse(readFileSync(kubeconfig, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Problem(`${kubeconfig} cannot be read: ${reason}`);
  }
  const contexts = (config?.contexts ?? []).map(({ name }) => name);
  const wanted = context ?? config?.["current-context"];
  if (contexts.length === 0) {
    throw new Problem(`${kubeconfig} is not a kubeconfig: it has no contexts`);
  }
  if (!contexts.includes(wanted)) {
    throw new Problem(
      `${kubeconfig} has no context ${wanted || "that is current"}: choose one with --context (${contexts.join(", ")})`,
    );
  }
}
