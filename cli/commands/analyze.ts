import { existsSync } from "node:fs";
import type { Analysis } from "@/cli/analyze/analysis";
import { analyzeFiles } from "@/cli/analyze/analyze-files";
import { analyzeOptions, type AnalyzeOptions } from "@/cli/analyze/analyze-options";
import { fileUri } from "@/cli/analyze/file-uri";
import { readInputs } from "@/cli/analyze/read-inputs";
import { readPolicyFile } from "@/cli/analyze/read-policy-file";
import { readObjects } from "@/cli/analyze/read-objects";
import { flagInput, meshConfigInput, meshNetworksInput } from "@/cli/analyze/read-settings";
import { type Command, CommandError } from "@/cli/command";
import { findingJson } from "@/lib/analysis/finding-json";
import type { Level } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import { sarifOf } from "@/lib/analysis/sarif";
import type { KubeObject } from "@/lib/k8s/object";
import packageJson from "@/package.json";

/** Finds what is wrong with the configuration in files, in a cluster, or in files laid over one. */
export const analyze: Command = {
  summary: "Find what is wrong with the configuration in files, in a cluster, or in files over one",
  usage:
    "[FILE|DIR|-]… [--kubeconfig F] [--context C] [--remote-contexts C,…] [-n NS | -A] [--mesh-config F] [--mesh-networks F] " +
    "[--only CODES] [--suppress CODE=GLOB] [--policy F] [--fail-on error|warning|info] [-o text|json|sarif] " +
    "[--watch] [--compat istioctl]",
  async run(args) {
    const options = analyzeOptions(args);
    const { inputs, meshConfig, meshNetworks, policy } = options;
    const files = [...inputs, meshConfig, meshNetworks, policy].filter((one) => one !== undefined);
    if (!options.watch || !files.every((file) => existsSync(file))) return analyzeOnce(options);
    // A file that is being written is looked at again when it is whole.
    const analyzeAgain = () =>
      analyzeOnce(options).catch((error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        tell(error.message);
        return 2;
      });
    let code = await analyzeAgain();
    const { watchFiles } = await import("@/cli/analyze/watch-files");
    await watchFiles(files, async () => {
      code = await analyzeAgain();
    });
    return code;
  },
};

async function analyzeOnce(options: AnalyzeOptions): Promise<number> {
  const analysis = await analysisFor(options);
  process.stdout.write(`${FORMATS[options.output](analysis)}\n`);
  const failing = analysis.findings.some(
    ({ level }) => SEVERITY[level] >= SEVERITY[options.failOn],
  );
  return failing ? 1 : 0;
}

async function analysisFor(options: AnalyzeOptions): Promise<Analysis> {
  const texts = await readInputs(options.inputs);
  const now = Date.now();
  if (options.compat) {
    // As istioctl, which goes on with the defaults where it cannot read them.
    const meshConfig = (await flagInput(options.meshConfig))?.text;
    const meshNetworks = (await flagInput(options.meshNetworks))?.text;
    const { analyzeTexts } = await import("@/cli/analyze/analyze-as-istioctl");
    const analysis = analyzeTexts(texts, { meshConfig, meshNetworks, now }, options);
    for (const refused of analysis.refused) tell(`left out: ${refused}`);
    return analysis;
  }
  const settings = {
    mesh: await meshConfigInput(options.meshConfig),
    meshNetworks: await meshNetworksInput(options.meshNetworks),
  };
  const policy = readPolicyFile(await flagInput(options.policy));
  const objects = await liveObjects(options);
  const remotes = await remoteObjects(options);
  const background = { objects, remotes, settings, policy, now };
  return analyzeFiles(readObjects(texts, options.defaultNamespace), background, options);
}

/** Connecting to a cluster takes much that files do not need. */
async function liveObjects({ live }: AnalyzeOptions): Promise<readonly KubeObject[]> {
  if (!live) return [];
  const kinds = new Set(RULES.flatMap(({ kinds: visited, reads }) => [...visited, ...reads]));
  // Nobody's keys are read from a cluster; what rules know of Secrets comes from files.
  kinds.delete("Secret");
  const { liveObjects: read } = await import("@/cli/live-objects");
  return read(live, [...kinds], (kind) => {
    tell(`you may not list ${kind} here; rules that read it know less`);
  });
}

/** What rules compare of the mesh's other clusters, by context. */
async function remoteObjects({
  live,
  remoteContexts,
}: AnalyzeOptions): Promise<ReadonlyMap<string, readonly KubeObject[]>> {
  const remotes = new Map<string, readonly KubeObject[]>();
  for (const context of live ? remoteContexts : []) {
    const { liveObjects: read } = await import("@/cli/live-objects");
    const kinds = ["Service", "ServiceAccount"] as const;
    const objects = await read({ kubeconfig: live?.kubeconfig, context }, kinds, (kind) => {
      tell(`you may not list ${kind} in ${context}; they are not compared`);
    });
    remotes.set(context, objects);
  }
  return remotes;
}

const tell = (line: string): void => {
  process.stderr.write(`quarterdeck: analyze: ${line}\n`);
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
  const lines = findings.map(
    ({ file, line, column, level, code, aliases, message, ...finding }) => {
      const object = [finding.kind, [finding.namespace, finding.name].filter(Boolean).join("/")];
      const place = file === undefined ? "" : `${file}:${line}:${column}: `;
      const codes = [code, ...aliases].join("/");
      return `${place}${[level, codes, ...object].filter(Boolean).join(" ")}: ${message}`;
    },
  );
  const count = (number: number, word: string): string =>
    `${number} ${word}${number === 1 ? "" : "s"}`;
  const levels = [
    count(summary.errors, "error"),
    count(summary.warnings, "warning"),
    count(summary.infos, "info"),
  ];
  const aside = summary.suppressed > 0 ? `, ${summary.suppressed} suppressed` : "";
  return [...lines, `${levels.join(", ")}${aside} in ${count(summary.objects, "object")}`].join(
    "\n",
  );
}
