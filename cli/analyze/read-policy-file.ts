import { CommandError } from "@/cli/command";
import { type AnalysisPolicy, NO_POLICY, readPolicy } from "@/lib/analysis/policy";
import type { Report } from "@/lib/analysis/rule";
import { locate } from "@/lib/yaml/locate";
import { parseYaml } from "@/lib/yaml/parse";
import { KNOWN_NAMES } from "./known-codes";
import type { InputText } from "./read-inputs";

/** The policy that `--policy` names, as in the ConfigMap `quarterdeck-policy`. @throws CommandError */
export function readPolicyFile(input: InputText | undefined): AnalysisPolicy {
  if (!input) return NO_POLICY;
  const { file, text } = input;
  const { policy, problems } = readPolicy(text, file);
  const [problem] = [...problems, ...unknownNames(policy)];
  if (!problem) return policy;
  const parsed = parseYaml(text);
  const [document] = parsed.documents;
  const range = document ? locate(parsed, document, problem.path).range : undefined;
  const place = parsed.problems[0]?.range ?? range;
  throw new CommandError(`${file}:${place?.line ?? 1}:${place?.column ?? 1}: ${problem.message}`);
}

/** A name that no rule has decides nothing, and must not look as if it did. */
function unknownNames({ levels, suppressions }: AnalysisPolicy): readonly Report[] {
  const inLevels = Object.keys(levels).map((name) => ({ name, path: ["rules", name] }));
  const inSuppressions = suppressions.map(({ code: name }, index) => ({
    name,
    path: ["suppressions", index, "code"],
  }));
  return [...inLevels, ...inSuppressions.filter(({ name }) => name !== "*")]
    .filter(({ name }) => !KNOWN_NAMES.has(name))
    .map(({ name, path }) => ({ path, message: `no rule has the code or name '${name}'` }));
}
