import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyzeFiles } from "@/cli/analyze/analyze-files";
import { readObjects } from "@/cli/analyze/read-objects";
import { CommandError } from "@/cli/command";
import { validateFiles } from "@/cli/validate/validate-files";
import { badDocuments } from "@/lib/analysis/bad-documents";
import { NO_POLICY } from "@/lib/analysis/policy";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";

const COUNT = 10_000;
/** Of the processor, so that a busy machine does not count. */
const LONGEST_MILLIS = 1000;

/** What a rule that threw is told as. */
const RULE_FAILED = "QD0099";

/** Mutants of the recorded objects: each is judged or refused in one line, and none takes long. */
export const badInput: Suite = { name: "bad-input", run };

function run(corpus: string): SuiteResult {
  const folder = join(corpus, "admission", "objects");
  const texts = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"));
  // Far more than any request holds.
  const huge = `${texts[0] ?? ""}\n# ${"x".repeat(10_000_000)}\n`;
  const long = (texts[0] ?? "").replace(/: .*/, `: ${"x".repeat(10_000_000)}`);
  const tallies = new Tallies();
  const failures: Failure[] = [];
  let number = 0;
  for (const text of [huge, long, ...badDocuments(texts, { seed: 20_261, count: COUNT })]) {
    const before = process.cpuUsage();
    const outcome = outcomeOf(text);
    const { user, system } = process.cpuUsage(before);
    const millis = (user + system) / 1000;
    const why = millis > LONGEST_MILLIS ? `took ${Math.round(millis)} ms` : outcome.crash;
    tallies.add(outcome.name, why === undefined);
    if (why !== undefined)
      failures.push({ id: `mutant ${number}`, why: `${why}\n${text.slice(0, 2000)}` });
    number++;
  }
  return { rows: tallies.rows(), scores: [tallies.sum("all", 1)], failures, deviations: [] };
}

const BACKGROUND = {
  objects: [],
  remotes: new Map(),
  settings: { mesh: undefined, meshNetworks: undefined },
  policy: NO_POLICY,
  now: Date.parse("2026-08-28T00:00:00Z"),
};

function outcomeOf(text: string): { readonly name: string; readonly crash?: string } {
  try {
    const inputs = [{ file: "mutant.yaml", text }];
    const { summary } = validateFiles(inputs);
    const filter = { namespace: undefined, only: undefined, suppress: [] };
    const { findings } = analyzeFiles(readObjects(inputs, "default"), BACKGROUND, filter);
    const broken = findings.find(({ code }) => code === RULE_FAILED);
    if (broken) return { name: "crashed", crash: broken.message };
    return { name: summary.refused > 0 ? "refused" : "accepted" };
  } catch (error) {
    if (error instanceof CommandError) return { name: "unreadable" };
    return { name: "crashed", crash: error instanceof Error ? (error.stack ?? "") : "threw" };
  }
}
