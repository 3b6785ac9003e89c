import { CommandError } from "@/cli/command";
import { type AnalysisPolicy, NO_POLICY, readPolicy } from "@/lib/analysis/policy";
import { locate } from "@/lib/yaml/locate";
import { parseYaml } from "@/lib/yaml/parse";
import type { InputText } from "./read-inputs";

/** The policy that `--policy` names, as in the ConfigMap `quarterdeck-policy`. @throws CommandError */
export function readPolicyFile(input: InputText | undefined): AnalysisPolicy {
  if (!input) return NO_POLICY;
  const { file, text } = input;
  const { policy, problems } = readPolicy(text, file);
  const [problem] = problems;
  if (!problem) return policy;
  const parsed = parseYaml(text);
  const [document] = parsed.documents;
  const range = document ? locate(parsed, document, problem.path).range : undefined;
  const place = parsed.problems[0]?.range ?? range;
  throw new CommandError(`${file}:${place?.line ?? 1}:${place?.column ?? 1}: ${problem.message}`);
}
