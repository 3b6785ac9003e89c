import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "@/cli/command";
import { validateFiles } from "@/cli/validate/validate-files";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";

const FOLDERS = ["samples", "testdata-config"];

/** Configuration as people write it: nothing in it may be refused, and nothing may crash on it. */
export const validFiles: Suite = { name: "valid-files", run };

function run(corpus: string): SuiteResult {
  const tallies = new Tallies();
  const failures: Failure[] = [];
  const deviations: Failure[] = [];
  for (const folder of FOLDERS) {
    for (const file of manifests(join(corpus, folder))) {
      const id = join(folder, file);
      const text = readFileSync(join(corpus, id), "utf8");
      const problem = problemOf({ file: id, text });
      const purpose = problem === undefined ? undefined : purposeOf(problem, text);
      tallies.add(folder, problem === undefined || purpose !== undefined);
      if (purpose !== undefined) deviations.push({ id, why: purpose });
      else if (problem !== undefined) failures.push({ id, why: problem });
    }
  }
  return { rows: tallies.rows(), scores: [tallies.sum("all", 1)], failures, deviations };
}

/** Why a file is right to be refused. */
function purposeOf(problem: string, text: string): string | undefined {
  if (text.includes("{{")) return "a template of a chart, which is no YAML";
  return problem.includes("websocketUpgrade")
    ? "a field that Istio dropped long ago; a real server refuses it too (admission 0536)"
    : undefined;
}

const manifests = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();

function problemOf(input: { file: string; text: string }): string | undefined {
  try {
    const { findings } = validateFiles([input]);
    const [error] = findings.filter(({ level }) => level === "Error");
    return error && `${error.line}: ${error.stage} ${error.path}: ${error.message}`;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}
