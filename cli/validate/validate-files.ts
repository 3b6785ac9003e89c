import type { FileFinding } from "@/cli/analyze/analyze-files";
import type { FileDocument } from "@/cli/analyze/file-documents";
import { fileValues } from "@/cli/analyze/file-values";
import type { InputText } from "@/cli/analyze/read-inputs";
import { docsOf } from "@/lib/analysis/docs";
import { compareFindings, countLevels, type LevelCounts } from "@/lib/analysis/finding";
import {
  decodeIssue,
  type Stage,
  type StageIssue,
  validateObject,
} from "@/lib/analysis/validate-object";
import { Field } from "@/lib/yaml/field";

/** A finding with the stage that it comes from. */
export interface StageFinding extends FileFinding {
  readonly stage: Stage;
}

/** What the API server and istiod's webhook would say of each object of some files. */
export interface Validation {
  readonly findings: readonly StageFinding[];
  readonly summary: LevelCounts & {
    readonly objects: number;
    /** Objects with an Error. */
    readonly refused: number;
    /** Objects of kinds whose rules are not known here. */
    readonly ignored: number;
  };
}

/** Validates each object of some files by itself. @throws CommandError when a text is no YAML */
export function validateFiles(texts: readonly InputText[]): Validation {
  const findings: StageFinding[] = [];
  let objects = 0;
  let refused = 0;
  let ignored = 0;
  for (const value of texts.flatMap(fileValues)) {
    const { issues, isJudged } = issuesOf(value);
    if (isJudged || issues.length > 0) objects++;
    else ignored++;
    if (issues.some(({ level }) => level === "Error")) refused++;
    findings.push(...issues.map((issue) => findingOf(issue, value)));
  }
  findings.sort((a, b) => compareFindings(a, b) || a.file.localeCompare(b.file) || a.line - b.line);
  return { findings, summary: { ...countLevels(findings), objects, refused, ignored } };
}

/** The API server reads no longer requests. */
const LARGEST_REQUEST_BYTES = 3 * 1024 * 1024;

function issuesOf({
  value,
  length,
  repeatedKeys,
}: FileDocument): ReturnType<typeof validateObject> {
  if (length > LARGEST_REQUEST_BYTES) {
    const message = `Request entity too large: limit is ${LARGEST_REQUEST_BYTES}`;
    return { issues: [decodeIssue("", message)], isJudged: true };
  }
  const validation = validateObject(value);
  // Keys that are given twice belong to the stage after decoding, before all others.
  if (repeatedKeys.length === 0 || validation.issues[0]?.stage === "decode") return validation;
  const repeated = repeatedKeys.map((one) => ({
    ...decodeIssue("", repetition(one)),
    stage: "strict" as const,
  }));
  const strict = validation.issues.filter(({ stage }) => stage === "strict");
  return { issues: [...repeated, ...strict], isJudged: true };
}

const repetition = ({ repeatedKey = "" }: FileDocument["repeatedKeys"][number]): string =>
  `strict decoding error: key ${JSON.stringify(repeatedKey)} already set in map`;

function findingOf(
  { stage, level, code, path, fieldPath, message }: StageIssue,
  { file, value, place, repeatedKeys }: FileDocument,
): StageFinding {
  const object = new Field(value);
  const isRepeated = stage === "strict" && path === "";
  const [repeated] = isRepeated ? repeatedKeys.filter((one) => message === repetition(one)) : [];
  return {
    rule: `validate-${stage}`,
    code,
    aliases: [],
    stage,
    level,
    kind: object.at("kind").text ?? "",
    namespace: object.at("metadata", "namespace").text ?? "",
    name: object.at("metadata", "name").text ?? "",
    message,
    path,
    related: [],
    docs: docsOf(code),
    file,
    ...(repeated?.range ?? place(fieldPath)),
  };
}
