import { expect, test } from "vitest";
import { badDocuments } from "@/lib/analysis/bad-documents";
import { RULES } from "@/lib/analysis/rules.gen";
import { documentOutcome } from "./document-outcome";

const COUNT = Number(process.env["QUARTERDECK_FUZZ_DOCUMENTS"] ?? 100);
const SEED = Number(process.env["QUARTERDECK_FUZZ_SEED"] ?? 1);
const TEXTS = RULES.flatMap(({ examples: { bad, good } }) => [bad, good]);

test(
  `${COUNT} mutants of the examples of all rules are judged or refused at once, and nothing throws`,
  { timeout: 1_200_000 },
  () => {
    const outcomes = new Map<string, number>();
    let number = 0;
    for (const text of badDocuments(TEXTS, { seed: SEED, count: COUNT })) {
      const { name, fault } = documentOutcome(text);
      expect(fault, `mutant ${number} of seed ${SEED}: ${text.slice(0, 2000)}`).toBeUndefined();
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      number++;
    }
    // Mutants that nobody reads, or that nobody minds, would prove nothing.
    for (const name of ["accepted", "refused", "unreadable"]) {
      expect(outcomes.get(name), name).toBeGreaterThan(COUNT / 50);
    }
  },
);
