import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { badDocuments } from "@/lib/analysis/bad-documents";
import { documentOutcome } from "../document-outcome";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";

const COUNT = 10_000;
const SEED = 20_261;

/** Mutants of the recorded objects: each is judged or refused in one line, and none takes long. */
export const badInput: Suite = { name: "bad-input", run };

function run(corpus: string): SuiteResult {
  const folder = join(corpus, "admission", "objects");
  const texts = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const tallies = new Tallies();
  const failures: Failure[] = [];
  let number = 0;
  for (const text of badDocuments(texts, { seed: SEED, count: COUNT })) {
    const { name, fault } = documentOutcome(text);
    tallies.add(name, fault === undefined);
    if (fault !== undefined) {
      failures.push({ id: `mutant ${number}`, why: `${fault}\n${text.slice(0, 2000)}` });
    }
    number++;
  }
  return { rows: tallies.rows(), scores: [tallies.sum("all", 1)], failures, deviations: [] };
}
