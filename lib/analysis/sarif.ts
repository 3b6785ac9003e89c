import type { FilePlace, PlacedFinding } from "./finding-json";
import type { Level, Rule } from "./rule";

const LEVELS: Readonly<Record<Level, string>> = {
  Error: "error",
  Warning: "warning",
  Info: "note",
};

/**
 * The findings as a SARIF 2.1.0 log, which code hosts show beside the lines.
 *
 * @param uriOf the URI of a file as it was given
 */
export function sarifOf(
  findings: readonly PlacedFinding[],
  { version, rules, uriOf }: SarifOptions,
) {
  const found = new Set(findings.map(({ rule }) => rule));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "quarterdeck",
            version,
            rules: rules
              .filter(({ id }) => found.has(id))
              .map((rule) => ({
                id: rule.code,
                name: rule.id,
                shortDescription: { text: rule.title },
                fullDescription: { text: rule.why },
                help: { text: rule.fix },
                ...(rule.aliases.length > 0 && { properties: { tags: rule.aliases } }),
                defaultConfiguration: { level: LEVELS[rule.level] },
              })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => resultOf(finding, uriOf)),
      },
    ],
  };
}

interface SarifOptions {
  /** Of the product. */
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly uriOf: (file: string) => string;
}

function resultOf(finding: PlacedFinding, uriOf: SarifOptions["uriOf"]) {
  const { kind, namespace, name, path, related } = finding;
  const physical = (place: FilePlace) => physicalLocation(place, uriOf);
  return {
    ruleId: finding.code,
    level: LEVELS[finding.level],
    message: { text: finding.message },
    locations: [
      {
        ...physical(finding),
        logicalLocations: [
          { fullyQualifiedName: [kind, namespace, name, path].filter(Boolean).join("/") },
        ],
      },
    ],
    relatedLocations: related.flatMap((other) =>
      other.file === undefined ? [] : [{ ...physical(other), message: { text: other.message } }],
    ),
  };
}

/** Nothing for an object of a cluster, which no file holds. */
const physicalLocation = (
  { file, line, column, endLine, endColumn }: FilePlace,
  uriOf: (file: string) => string,
) =>
  file === undefined
    ? {}
    : {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
      };
