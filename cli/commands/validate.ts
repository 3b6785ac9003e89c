import { fileUri } from "@/cli/analyze/file-uri";
import { readInputs } from "@/cli/analyze/read-inputs";
import { type Command, CommandError } from "@/cli/command";
import { oneOf, parseOptions } from "@/cli/parse-options";
import { type Validation, validateFiles } from "@/cli/validate/validate-files";
import { findingJson } from "@/lib/analysis/finding-json";
import { sarifOf } from "@/lib/analysis/sarif";
import packageJson from "@/package.json";

/** Says what a cluster would answer to each object by itself. */
export const validate: Command = {
  summary:
    "Tell what the API server and istiod's webhook would say of each object in files by itself",
  usage: "FILE|DIR|-… [-o text|json|sarif]",
  async run(args) {
    const { values, positionals } = parseOptions(args, { output: { type: "string", short: "o" } });
    const output = oneOf("--output", values.output, ["text", "json", "sarif"]);
    if (positionals.length === 0) throw new CommandError("name a file or a folder, or - for stdin");
    const validation = validateFiles(await readInputs([...new Set(positionals)]));
    process.stdout.write(`${FORMATS[output](validation)}\n`);
    return validation.summary.refused > 0 ? 1 : 0;
  },
};

const FORMATS = {
  text: textOf,
  json: ({ findings, summary }: Validation) =>
    JSON.stringify(
      {
        findings: findings.map((finding) => ({ ...findingJson(finding), stage: finding.stage })),
        summary,
      },
      null,
      2,
    ),
  sarif: ({ findings }: Validation) =>
    JSON.stringify(
      sarifOf(findings, { version: packageJson.version, rules: [], uriOf: fileUri }),
      null,
      2,
    ),
};

function textOf({ findings, summary }: Validation): string {
  const lines = findings.map(
    ({ file, line, column, level, stage, code, kind, namespace, name, message }) => {
      const object = [kind, [namespace, name].filter(Boolean).join("/")].filter(Boolean).join(" ");
      return `${file}:${line}:${column}: ${level} ${code} (${stage}) ${object}: ${message.trim()}`;
    },
  );
  const { objects, refused, warnings, ignored } = summary;
  const total = `${refused} of ${objects} objects refused, ${warnings} warnings`;
  return [...lines, ignored > 0 ? `${total}, ${ignored} of other kinds not judged` : total].join(
    "\n",
  );
}
