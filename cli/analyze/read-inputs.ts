import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "@/cli/command";

/** One text and where it comes from. */
export interface InputText {
  /** The path as it was given, or found in a folder that was; `-` for stdin. */
  readonly file: string;
  readonly text: string;
}

const MANIFEST = /\.(ya?ml|json)$/i;

/** The texts of files, of folders with all below them, and of `-` (stdin). @throws CommandError */
export async function readInputs(inputs: readonly string[]): Promise<readonly InputText[]> {
  const texts = new Map<string, InputText>();
  for (const input of inputs) {
    for (const file of filesOf(input)) {
      if (!texts.has(file)) texts.set(file, { file, text: await textOf(file) });
    }
  }
  return [...texts.values()];
}

// Synchronous: nothing else waits, and Node's promises of files take long to load.
function filesOf(input: string): readonly string[] {
  if (input === "-") return [input];
  const found = reading(input, () => {
    if (!statSync(input).isDirectory()) return [input];
    const names = readdirSync(input, { recursive: true, encoding: "utf8" });
    const paths = names.filter((name) => MANIFEST.test(name)).map((name) => join(input, name));
    return paths.filter((path) => statSync(path).isFile()).sort();
  });
  if (found.length === 0) throw new CommandError(`${input}: holds no .yaml, .yml or .json file`);
  return found;
}

async function textOf(file: string): Promise<string> {
  const bytes = file === "-" ? await readStdin() : reading(file, () => readFileSync(file));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${file}: is not UTF-8 text`);
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "may not be read",
};

/** Runs `read` and says of `file` why it failed. @throws CommandError */
function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new CommandError(`${file}: ${REASONS[String(error.code)] ?? error.message}`);
  }
}
