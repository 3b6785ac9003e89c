import { meshConfigFaults } from "@/lib/mesh/mesh-config";
import { parseYaml } from "@/lib/yaml/parse";
import { unreadable } from "./file-documents";
import { type InputText, readInputs } from "./read-inputs";

/** The text of a file that a flag names; undefined where the flag is not given. @throws CommandError */
export const flagInput = async (file: string | undefined): Promise<InputText | undefined> =>
  file === undefined ? undefined : (await readInputs([file]))[0];

/** The text of `--mesh-config`. @throws CommandError for what istiod could not read */
export const meshConfigInput = async (file: string | undefined): Promise<string | undefined> =>
  readable(await flagInput(file), meshConfigFaults);

/** The text of `--mesh-networks`. @throws CommandError when it is no YAML */
export const meshNetworksInput = async (file: string | undefined): Promise<string | undefined> =>
  readable(await flagInput(file), (text) => parseYaml(text).problems);

const START = { line: 1, column: 1, endLine: 1, endColumn: 1 };

function readable(
  input: InputText | undefined,
  faultsOf: (text: string) => ReturnType<typeof meshConfigFaults>,
): string | undefined {
  const [fault] = input ? faultsOf(input.text) : [];
  if (!input || !fault) return input?.text;
  throw unreadable(input.file, fault.range ?? START, fault.message);
}
