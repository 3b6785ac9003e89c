import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../lab-error";
import { ApiConnection } from "./api-connection";
import { access, logsAndErrors } from "./areas/access";
import { applies } from "./areas/applying";
import { deletion, propagation } from "./areas/deleting";
import { kubectlCommands } from "./areas/kubectl";
import { jsonPatches, mergePatches, strategicPatches } from "./areas/patching";
import { libraryClient, runningPods } from "./areas/library-client";
import { negotiation } from "./areas/negotiation";
import { discovery, lists, tables } from "./areas/reading";
import {
  builtinRules,
  finerWrites,
  listParameters,
  roleRules,
  strangePaths,
} from "./areas/requests";
import { impersonation, roles } from "./areas/roles";
import { customResources, fieldValidation, webhook } from "./areas/validation";
import { versions } from "./areas/versions";
import { watches } from "./areas/watching";
import { creation, updates } from "./areas/writing";
import type { Behaviour, Bench } from "./behaviour";
import { KNOWN_DIFFERENCES } from "./known-differences";

const BEHAVIOURS: readonly Behaviour[] = [
  ...discovery,
  ...lists,
  ...tables,
  ...negotiation,
  ...watches,
  ...creation,
  ...updates,
  ...deletion,
  ...propagation,
  ...jsonPatches,
  ...mergePatches,
  ...strategicPatches,
  ...applies,
  ...fieldValidation,
  ...customResources,
  ...webhook,
  ...access,
  ...logsAndErrors,
  ...versions,
  ...roles,
  ...impersonation,
  ...listParameters,
  ...strangePaths,
  ...builtinRules,
  ...finerWrites,
  ...roleRules,
  ...libraryClient,
  ...runningPods,
  ...kubectlCommands,
];
const REPORTS = join(import.meta.dirname, "..", ".quarterdeck", "kubeapi");

/** What a server showed of one behaviour: `ok`, `-` where it could not be tried, or why it did not. */
type Outcomes = Readonly<Record<string, string>>;

/** `npm run test:kubeapi`: the behaviours of a Kubernetes API server, on that of KUBECONFIG or on the sandbox. */
async function main(): Promise<void> {
  const given = process.env.KUBECONFIG;
  const sandbox = given ? undefined : await startSandbox();
  const api = new ApiConnection(given ?? sandbox?.kubeconfig ?? "");
  try {
    const { json } = await api.get("/version");
    const server = typeof json.gitVersion === "string" ? json.gitVersion : api.server.host;
    const outcomes = await runAll(api);
    mkdirSync(REPORTS, { recursive: true });
    writeFileSync(join(REPORTS, `${server}.json`), JSON.stringify(outcomes, null, 1));
    report(server, outcomes);
  } finally {
    api.close();
    sandbox?.stop();
  }
}

async function runAll(api: ApiConnection): Promise<Outcomes> {
  const hasKubectl = programRuns("kubectl");
  const namespace = `kubeapi-${Math.random().toString(36).slice(2, 7)}`;
  await api.post("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace },
  });
  const outcomes: Record<string, string> = {};
  let names = 0;
  const bench: Bench = {
    api,
    namespace,
    name: () => `thing-${(names += 1)}`,
    path: (resource, name) => {
      const parts = resource.split("/");
      const group = parts.length === 3 ? `/apis/${parts[0] ?? ""}/${parts[1] ?? ""}` : "/api/v1";
      return `${group}/namespaces/${namespace}/${parts.at(-1) ?? ""}${name === undefined ? "" : `/${name}`}`;
    },
  };
  for (const behaviour of BEHAVIOURS) {
    const key = `${behaviour.area}: ${behaviour.title}`;
    outcomes[key] =
      behaviour.area === "kubectl" && !hasKubectl ? "-" : await outcomeOf(behaviour, bench);
    process.stderr.write(outcomes[key] === "ok" ? "." : "x");
  }
  process.stderr.write("\n");
  await api.delete(`/api/v1/namespaces/${namespace}`);
  return outcomes;
}

async function outcomeOf({ run }: Behaviour, bench: Bench): Promise<string> {
  try {
    await run(bench);
    return "ok";
  } catch (error) {
    return (error instanceof Error ? error.message : String(error))
      .split("\n")
      .slice(0, 4)
      .join(" ")
      .slice(0, 240);
  }
}

/** A table of behaviour by server: this run's and the last ones of other servers. */
function report(server: string, outcomes: Outcomes): void {
  const others = readdirSync(REPORTS)
    .filter((file) => file.endsWith(".json") && file !== `${server}.json`)
    .map((file) => ({
      server: file.slice(0, -5),
      outcomes: JSON.parse(readFileSync(join(REPORTS, file), "utf8")) as Outcomes,
    }));
  const columns = [{ server, outcomes }, ...others];
  process.stdout.write(`${columns.map((column) => column.server.padEnd(24)).join("")}behaviour\n`);
  for (const key of Object.keys(outcomes)) {
    const cells = columns.map((column) => mark(column.outcomes[key]).padEnd(24)).join("");
    process.stdout.write(`${cells}${key}\n`);
  }
  const failed = Object.entries(outcomes).filter(
    ([, outcome]) => outcome !== "ok" && outcome !== "-",
  );
  // Only the sandbox may differ; the real server is what it is held against.
  const isKnown = (key: string) => isSandbox(server) && key in KNOWN_DIFFERENCES;
  const known = failed.filter(([key]) => isKnown(key));
  const wrong = failed.filter(([key]) => !isKnown(key));
  for (const [key] of known) {
    process.stdout.write(`\n≠ ${key}\n  known difference: ${KNOWN_DIFFERENCES[key] ?? ""}\n`);
  }
  for (const [key, outcome] of wrong) process.stdout.write(`\n✗ ${key}\n  ${outcome}\n`);
  const overdue = isSandbox(server)
    ? Object.keys(KNOWN_DIFFERENCES).filter((key) => outcomes[key] === "ok")
    : [];
  for (const key of overdue) {
    process.stdout.write(`\n✗ ${key}\n  is listed as a difference and is none: unlist it\n`);
  }
  const skipped = Object.values(outcomes).filter((outcome) => outcome === "-").length;
  const passed = Object.keys(outcomes).length - failed.length - skipped;
  process.stdout.write(
    `\n${passed} passed, ${wrong.length} failed${known.length > 0 ? `, ${known.length} known differences` : ""}${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  );
  if (wrong.length > 0 || overdue.length > 0) process.exitCode = 1;
}

/** The sandbox says in its version what it is. */
const isSandbox = (server: string): boolean => server.endsWith("+quarterdeck");

const mark = (outcome: string | undefined): string =>
  outcome === "ok" ? "✓" : outcome === undefined || outcome === "-" ? "–" : "✗";

function programRuns(program: string): boolean {
  try {
    execFileSync(program, ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function startSandbox(): Promise<{ kubeconfig: string; stop: () => void }> {
  const cli = join(import.meta.dirname, "cli.mjs");
  if (!existsSync(cli))
    throw new LabError("dist/cli.mjs is not built: node scripts/build-node.mjs");
  const child = spawn(process.execPath, [cli, "sandbox", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (!text.includes("\n")) return;
      const { kubeconfig } = JSON.parse(text) as { kubeconfig: string };
      resolve({ kubeconfig, stop: () => child.kill() });
    });
    child.on("exit", (code) =>
      reject(new LabError(`the sandbox ended with ${code ?? "a signal"}`)),
    );
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof LabError ? 2 : 1;
});
