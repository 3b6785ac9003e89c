import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kindIdOf, kindInfo } from "@/lib/istio/kinds";
import { kubeconfigPath, labFolders } from "../../folders";
import { ApiConnection } from "../../kubeapi/api-connection";
import { must, mustEqual, type Bench, type Check } from "../check";
import type { Client } from "../client";
import { type Draft, drafts } from "../drafts";
import { commandLine, istioctlAnalyze } from "../programs";

/** What the product says of drafts, held against the real API server, istiod's webhook and istioctl. */
export const verdictChecks: readonly Check[] = [
  { title: "the verdicts on generated drafts are those of the real cluster", run: verdicts },
  { title: "validate refuses just the drafts that the real cluster refuses", run: validations },
  { title: "analyze --compat istioctl finds in drafts what istioctl finds", run: analyses },
];

const SEED = 20_261;
const DRAFTS = 66;

async function verdicts({ product }: Bench): Promise<string> {
  const api = new ApiConnection(kubeconfigPath(labFolders(process.env)));
  try {
    const wrong: string[] = [];
    let refused = 0;
    for (const draft of drafts(SEED, DRAFTS)) {
      const real = await realVerdict(api, draft);
      const ours = await dryRun(product, draft);
      if (!real.accepted) refused += 1;
      if (real.accepted !== ours.accepted || (draft.change === "" && !real.accepted))
        wrong.push(`${draft.object.kind} ${draft.change}: ${real.message}, but ${ours.message}`);
    }
    must(wrong.length === 0, `${wrong.length} differ: ${wrong.join("; ")}`);
    return `${DRAFTS} drafts of seed ${SEED}, ${DRAFTS - refused} accepted and ${refused} refused by both`;
  } finally {
    api.close();
  }
}

const FILE_SEED = 20_262;
const FILE_DRAFTS = 220;

async function validations(): Promise<string> {
  const api = new ApiConnection(kubeconfigPath(labFolders(process.env)));
  try {
    const generated = drafts(FILE_SEED, FILE_DRAFTS);
    const said = await withFile(generated, (file) => commandLine("validate", file, "-o", "json"));
    const { findings } = JSON.parse(said) as { findings: readonly Found[] };
    const refusedHere = new Set(
      findings.filter(({ level }) => level === "Error").map(({ name }) => name),
    );
    const wrong: string[] = [];
    for (const draft of generated) {
      const { accepted, message } = await realVerdict(api, draft);
      if (accepted === refusedHere.has(draft.name)) {
        wrong.push(`${draft.object.kind} ${draft.change}: ${message}`);
      }
    }
    must(wrong.length === 0, `${wrong.length} differ: ${wrong.join("; ")}`);
    return `${FILE_DRAFTS} drafts of seed ${FILE_SEED}, ${refusedHere.size} refused by both`;
  } finally {
    api.close();
  }
}

/**
 * What istioctl can find in files alone: without Services, Pods, Namespaces and Secrets it skips
 * the analyzers of all other codes.
 */
const IN_FILES = new Set(
  "0106 0109 0128 0129 0130 0131 0132 0133 0134 0138 0151 0152 0153 0154 0155 0157 0160 0165"
    .split(" ")
    .map((number) => `IST${number}`),
);

async function analyses(): Promise<string> {
  const generated = drafts(FILE_SEED, FILE_DRAFTS);
  return withFile(generated, async (file) => {
    const theirs = JSON.parse(await istioctlAnalyze(file)) as readonly {
      readonly code: string;
      readonly origin: string;
      readonly reference: string;
    }[];
    const ours = JSON.parse(
      await commandLine("analyze", "--compat", "istioctl", "-A", "-o", "json", file),
    ) as { findings: readonly (Found & { readonly line: number | null })[] };
    const wanted = theirs
      .filter(({ code }) => IN_FILES.has(code))
      .map(({ code, origin, reference }) => `${code} ${origin} ${reference.split(":").at(-1)}`);
    const got = ours.findings
      .filter(({ code }) => IN_FILES.has(code))
      .map(({ code, kind, namespace, name, line }) => {
        return `${code} ${kind} ${[namespace, name].filter(Boolean).join("/")} ${line ?? ""}`;
      });
    must(wanted.length > 0, "istioctl finds nothing");
    mustEqual(got, wanted, "findings with their lines");
    return `${got.length} findings in ${FILE_DRAFTS} drafts, with their lines`;
  });
}

interface Found {
  readonly code: string;
  readonly level: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Runs `act` on a file that holds the drafts. */
async function withFile<T>(
  generated: readonly Draft[],
  act: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-drafts-"));
  try {
    const file = join(folder, "drafts.yaml");
    writeFileSync(file, generated.map(({ object }) => JSON.stringify(object)).join("\n---\n"));
    return await act(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Verdict {
  readonly accepted: boolean;
  readonly message: string;
}

async function realVerdict(api: ApiConnection, { object }: Draft): Promise<Verdict> {
  const kind = kindIdOf(object);
  const path = `/apis/${object.apiVersion}/namespaces/bookinfo/${kind ? kindInfo(kind).plural : ""}`;
  const query = "?dryRun=All&fieldValidation=Strict";
  const { status, text } = await api.post(`${path}${query}`, object);
  return { accepted: status < 300, message: `${status} ${text.slice(0, 300)}` };
}

/** The dry run of the editor, where what the product refuses by itself is refused too. */
async function dryRun(product: Client, { object }: Draft): Promise<Verdict> {
  const { verdict } = await product.config.dryRun.query({
    text: JSON.stringify(object),
    target: null,
    namespace: "bookinfo",
    resourceVersion: null,
  });
  return { accepted: verdict.type === "accepted", message: JSON.stringify(verdict) };
}
