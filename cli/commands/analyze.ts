import { type Analysis, analyzeFiles } from "@/cli/analyze/analyze-files";
import { analyzeOptions } from "@/cli/analyze/analyze-options";
import { fileUri } from "@/cli/analyze/file-uri";
import { readInputs } from "@/cli/analyze/read-inputs";
import { readObjects } from "@/cli/analyze/read-objects";
import type { Command } from "@/cli/command";
import { findingJson } from "@/lib/analysis/finding-json";
import type { Level } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import { sarifOf } from "@/lib/analysis/sarif";
import packageJson from "@/package.json";

/** Finds what is wrong with the configuration in files. */
export const analyze: Command = {
  summary:
    "Find what is wrong with the configuration in files, which are taken as the whole cluster",
  usage:
    "FILE|DIR|-… [-n NS | -A] [--only CODES] [--suppress CODE=GLOB] [--fail-on error|warning|info] [-o text|json|sarif]",
  async run(args) {
    const options = analyzeOptions(args);
    const objects = readObjects(await readInputs(options.inputs), options.defaultNamespace);
    const analysis = analyzeFiles(objects, options);
    process.stdout.write(`${FORMATS[options.output](analysis)}\n`);
    const failing = analysis.findings.some(
      ({ level }) => SEVERITY[level] >= SEVERITY[options.failOn],
    );
    return failing ? 1 : 0;
  },
};

const SEVERITY: Readonly<Record<Level, number>> = { Info: 0, Warning: 1, Error: 2 };

const FORMATS = {
  text: textOf,
  json: ({ findings, summary }: Analysis) =>
    JSON.stringify({ findings: findings.map(findingJson), summary }, null, 2),
  sarif: ({ findings }: Analysis) =>
    JSON.stringify(
      sarifOf(findings, { version: packageJson.version, rules: RULES, uriOf: fileUri }),
      null,
      2,
    ),
};

function textOf({ findings, summary }: Analysis): string {
  const lines = findings.map(({ file, line, column, level, code, message, ...finding }) => {
    const object = [finding.kind, [finding.namespace, finding.name].filter(Boolean).join("/")];
    return `${file}:${line}:${column}: ${[level, code, ...object].filter(Boolean).join(" ")}: ${message}`;
  });
  const count = (number: number, word: string): string =>
    `${number} ${word}${number === 1 ? "" : "s"}`;
  const levels = [
    count(summary.errors, "error"),
    count(summary.warnings, "warning"),
    count(summary.infos, "info"),
  ];
  return [...lines, `${levels.join(", ")} in ${count(summary.objects, "object")}`].join("\n");
}
