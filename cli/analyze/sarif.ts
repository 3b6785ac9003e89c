import { isAbsolute, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Level } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import packageJson from "@/package.json";
import type { FileFinding } from "./analyze-files";

const LEVELS: Readonly<Record<Level, string>> = {
  Error: "error",
  Warning: "warning",
  Info: "note",
};

/** The findings as a SARIF 2.1.0 log, which code hosts show beside the lines. */
export function sarifOf(findings: readonly FileFinding[]) {
  const found = new Set(findings.map(({ rule }) => rule));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "quarterdeck",
            version: packageJson.version,
            rules: RULES.filter(({ id }) => found.has(id)).map((rule) => ({
              id: rule.code,
              name: rule.id,
              shortDescription: { text: rule.title },
              fullDescription: { text: rule.why },
              help: { text: rule.fix },
              defaultConfiguration: { level: LEVELS[rule.level] },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map(resultOf),
      },
    ],
  };
}

function resultOf(finding: FileFinding) {
  const { kind, namespace, name, path, related } = finding;
  return {
    ruleId: finding.code,
    level: LEVELS[finding.level],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: physical(finding),
        logicalLocations: [
          { fullyQualifiedName: [kind, namespace, name, path].filter(Boolean).join("/") },
        ],
      },
    ],
    relatedLocations: related.flatMap(({ file, message, ...range }) =>
      file === undefined
        ? []
        : [{ physicalLocation: physical({ file, ...range }), message: { text: message } }],
    ),
  };
}

type Place = Pick<FileFinding, "file"> &
  Partial<Pick<FileFinding, "line" | "column" | "endLine" | "endColumn">>;

const physical = ({ file, line, column, endLine, endColumn }: Place) => ({
  artifactLocation: { uri: uriOf(file) },
  region: { startLine: line, startColumn: column, endLine, endColumn },
});

function uriOf(file: string): string {
  if (file === "-") return "stdin";
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(sep).map(encodeURIComponent).join("/");
}
