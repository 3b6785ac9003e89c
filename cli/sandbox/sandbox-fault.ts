import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "@/cli/command";
import { parseOptions } from "@/cli/parse-options";

const USAGE = "quarterdeck sandbox fault list | set KIND [KEY=VALUE…] | clear [ID] --state DIR";

const Control = z.object({ url: z.url(), token: z.string() });

/** `quarterdeck sandbox fault …`: breaks things in a running sandbox, and mends them. @throws CommandError */
export async function sandboxFault(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, { state: { type: "string" } });
  const [action, ...words] = positionals;
  const control = await readControl(values.state);
  if (action === "list" && words.length === 0) return print(await ask(control, "GET", "/faults"));
  if (action === "set") return print(await ask(control, "POST", "/faults", faultOf(words)));
  if (action === "clear" && words.length < 2) {
    const [id = ""] = words;
    const path = id ? `/faults/${encodeURIComponent(id)}` : "/faults";
    return print(await ask(control, "DELETE", path));
  }
  throw new CommandError(`usage: ${USAGE}`);
}

type Control = z.infer<typeof Control>;

/** Where the sandbox of a state folder is told of faults. */
async function readControl(folder: string | undefined): Promise<Control> {
  if (folder === undefined) {
    throw new CommandError("name the sandbox's folder with --state: that of its kubeconfig");
  }
  const path = join(folder, "control.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new CommandError(`${path} cannot be read (${String(error.code)}): no sandbox runs there`);
  }
  const parsed = Control.safeParse(jsonOf(text));
  if (!parsed.success) throw new CommandError(`${path} is not what a sandbox writes`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `api-error status=429 rate=0.5` as the fault that it names. @throws CommandError */
function faultOf([kind, ...pairs]: readonly string[]): Record<string, unknown> {
  if (!kind) throw new CommandError(`name a kind of fault; 'list' shows them`);
  const fields = pairs.map((pair) => {
    const mark = pair.indexOf("=");
    if (mark < 1) throw new CommandError(`'${pair}' is not KEY=VALUE`);
    const value = pair.slice(mark + 1);
    return [pair.slice(0, mark), /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value] as const;
  });
  return { ...Object.fromEntries(fields), kind };
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

function ask(control: Control, method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${control.token}` };
    const outgoing = request(`${control.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.on("error", (error) =>
      reject(new CommandError(`the sandbox at ${control.url} does not answer: ${error.message}`)),
    );
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Machine output; a refusal is wrong usage. @throws CommandError */
function print({ code, text }: Answer): number {
  const { error } = z.looseObject({ error: z.string().optional() }).parse(JSON.parse(text));
  if (code >= 400) throw new CommandError(error ?? `the sandbox answered ${code}`);
  process.stdout.write(`${text}\n`);
  return 0;
}
