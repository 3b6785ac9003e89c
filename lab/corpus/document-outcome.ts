import { analyzeFiles } from "@/cli/analyze/analyze-files";
import { FILE_LIMITS } from "@/cli/analyze/file-documents";
import { readObjects } from "@/cli/analyze/read-objects";
import { CommandError } from "@/cli/command";
import { validateFiles } from "@/cli/validate/validate-files";
import { analyzeDraft } from "@/lib/analysis/draft";
import { analyzeAsIstioctl } from "@/lib/analysis/istioctl/analyze";
import { NO_POLICY } from "@/lib/analysis/policy";
import { RULES } from "@/lib/analysis/rules.gen";
import { meshView } from "@/lib/mesh/view";

/** Of the processor, so that a busy machine does not count. */
const LONGEST_MILLIS = 1000;

/** What a rule that threw is told as. */
const RULE_FAILED = "QD0099";

/** What came of one text. */
export interface DocumentOutcome {
  readonly name: "refused" | "accepted" | "unreadable" | "failed";
  /** What threw, or took too long; undefined where all is as it must be. */
  readonly fault: string | undefined;
}

const NOW = Date.parse("2026-08-28T00:00:00Z");

const BACKGROUND = {
  objects: [],
  remotes: new Map(),
  settings: { mesh: undefined, meshNetworks: undefined },
  policy: NO_POLICY,
  now: NOW,
};
const NO_FILTER = { namespace: undefined, only: undefined, suppress: [] };

/** All that is asked of a text: `validate`, `analyze` in both readings, and the editor. */
const ANSWERS: readonly ((text: string) => {
  readonly refused?: boolean;
  readonly codes: readonly string[];
})[] = [
  (text) => {
    const { summary, findings } = validateFiles([{ file: "mutant.yaml", text }]);
    return { refused: summary.refused > 0, codes: findings.map(({ code }) => code) };
  },
  (text) => {
    const objects = readObjects([{ file: "mutant.yaml", text }], "default");
    return { codes: analyzeFiles(objects, BACKGROUND, NO_FILTER).findings.map(({ code }) => code) };
  },
  (text) => {
    const options = { namespace: "", rules: RULES, now: NOW, limits: FILE_LIMITS };
    const { findings } = analyzeAsIstioctl([{ file: "mutant.yaml", text }], options);
    return { codes: findings.map(({ code }) => code) };
  },
  (text) => {
    const { findings } = analyzeDraft(text, meshView([]), { rules: RULES, namespace: "default" });
    return { codes: findings.map(({ code }) => code) };
  },
];

/** Judges a text in every way there is; none may throw, fail within, or take long. */
export function documentOutcome(text: string): DocumentOutcome {
  let name: DocumentOutcome["name"] = "accepted";
  for (const [index, answer] of ANSWERS.entries()) {
    const before = process.cpuUsage();
    try {
      const { refused = false, codes } = answer(text);
      if (refused) name = "refused";
      if (codes.includes(RULE_FAILED)) return { name: "failed", fault: `a rule failed (${index})` };
    } catch (error) {
      if (!(error instanceof CommandError)) {
        return {
          name: "failed",
          fault: error instanceof Error ? `${error.stack} (${index})` : "threw",
        };
      }
      name = "unreadable";
    }
    const { user, system } = process.cpuUsage(before);
    const millis = Math.round((user + system) / 1000);
    if (millis > LONGEST_MILLIS) return { name, fault: `took ${millis} ms (${index})` };
  }
  return { name, fault: undefined };
}
