import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type StageFinding, validateFiles } from "@/cli/validate/validate-files";
import { readJson } from "../read-json";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";

interface AdmissionCase {
  readonly id: string;
  readonly file: string;
  readonly kind: string;
  readonly verdict: "accept" | "reject";
  readonly stage: string;
  readonly message: string;
  readonly causes: readonly { readonly field: string }[];
  readonly warnings: readonly string[];
}

/** What a real API server with istiod's webhook answered to single objects. */
export const admission: Suite = { name: "admission", run };

function run(corpus: string): SuiteResult {
  const cases = readJson<readonly AdmissionCase[]>(corpus, "admission", "cases.json");
  const byKind = new Tallies();
  const aspects = { verdicts: new Tallies(), fields: new Tallies(), warnings: new Tallies() };
  const failures: Failure[] = [];
  for (const one of cases) {
    const file = join(corpus, "admission", one.file);
    const { findings } = validateFiles([{ file, text: readFileSync(file, "utf8") }]);
    const errors = findings.filter(({ level }) => level === "Error");
    const fits = {
      verdicts: (errors.length > 0 ? "reject" : "accept") === one.verdict,
      fields: sameSets(fieldsOf(one), ownFields(one, errors)),
      warnings: sameSets(
        one.warnings,
        findings.filter(({ level }) => level === "Warning").map(({ message }) => message),
      ),
    };
    if (one.verdict === "accept") aspects.fields.add("accepted", errors.length === 0);
    else aspects.fields.add("refused", fits.fields);
    aspects.verdicts.add("all", fits.verdicts);
    aspects.warnings.add("all", fits.warnings);
    byKind.add(one.kind, fits.verdicts && fits.fields && fits.warnings);
    const wrong = Object.entries(fits).filter(([, fit]) => !fit);
    if (wrong.length > 0) failures.push(failureOf(one, wrong[0]?.[0] ?? "", findings));
  }
  return {
    rows: byKind.rows(),
    scores: [
      aspects.verdicts.sum("verdicts", 0.99),
      aspects.fields.sum("offending fields", 0.97),
      aspects.warnings.sum("warnings", 0.97),
    ],
    failures,
    deviations: [],
  };
}

/** What a refusal names: the fields of its causes, else what its message quotes. */
function fieldsOf({ causes, message, stage }: AdmissionCase): readonly string[] {
  if (causes.length > 0) return causes.map(({ field }) => (field === "<nil>" ? "" : field));
  if (stage === "webhook" || stage === "strict") return quotedNames(messageAlone(message));
  return [];
}

const messageAlone = (message: string): string =>
  message
    .replace(/^admission webhook "[^"]*" denied the request: /, "")
    .replace(/^.* in version "[^"]*" cannot be handled as a .*?: /, "");

const quotedNames = (text: string): readonly string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name]) => name ?? "");

function ownFields(
  { causes, stage }: AdmissionCase,
  errors: readonly StageFinding[],
): readonly string[] {
  if (causes.length > 0) return errors.map(({ path }) => path);
  if (stage === "webhook" || stage === "strict") {
    return errors.flatMap(({ message }) => quotedNames(message));
  }
  return [];
}

const sameSets = (a: readonly string[], b: readonly string[]): boolean => {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((item) => right.has(item));
};

const failureOf = (
  { id, kind, stage, message, warnings }: AdmissionCase,
  aspect: string,
  findings: readonly StageFinding[],
): Failure => ({
  id: `${id} ${kind} (${aspect})`,
  why: [
    `recorded ${stage || "accept"}: ${message.trim()} ${JSON.stringify(warnings)}`,
    ...findings.map((own) => `ours ${own.stage} ${own.level} ${own.path}: ${own.message.trim()}`),
  ].join("\n      "),
});
