import { docsOf } from "@/lib/analysis/docs";
import type { PlacedFinding } from "@/lib/analysis/finding-json";
import { analyzeAsIstioctl } from "@/lib/analysis/istioctl/analyze";
import { RULES } from "@/lib/analysis/rules.gen";
import { type Analysis, analysisOf } from "./analysis";
import type { AnalyzeOptions } from "./analyze-options";
import type { InputText } from "./read-inputs";
import { FILE_LIMITS } from "./file-documents";

/** The texts of the flags for mesh-wide settings, and the time. */
interface Settings {
  readonly meshConfig: string | undefined;
  readonly meshNetworks: string | undefined;
  /** In ms since 1970. */
  readonly now: number;
}

/** `--compat istioctl`: what istioctl says of these files. `refused` is told what it left out. */
export function analyzeTexts(
  texts: readonly InputText[],
  { meshConfig, meshNetworks, now }: Settings,
  options: AnalyzeOptions,
): Analysis & { readonly refused: readonly string[] } {
  const { findings, objects, refused } = analyzeAsIstioctl(texts, {
    namespace: options.namespace ?? "",
    rules: RULES,
    now,
    limits: FILE_LIMITS,
    ...(meshConfig !== undefined && { meshConfig }),
    ...(meshNetworks !== undefined && { meshNetworks }),
  });
  const placed = findings.map(({ rule, line, file, ...finding }): PlacedFinding => ({
    ...finding,
    rule,
    aliases: [],
    related: [],
    docs: docsOf(finding.code),
    ...(file !== undefined &&
      line !== undefined && { file, line, column: 1, endLine: line, endColumn: 1 }),
  }));
  // What it shows of a namespace it has decided itself.
  const filter = { ...options, namespace: undefined };
  return { ...analysisOf(placed, { objects, ignored: 0 }, filter), refused };
}
