import { kindIdOf, kindInfo } from "@/lib/istio/kinds";
import { kubeconfigPath, labFolders } from "../../folders";
import { ApiConnection } from "../../kubeapi/api-connection";
import { must, type Bench, type Check } from "../check";
import type { Client } from "../client";
import { type Draft, drafts } from "../drafts";

/** What the product says of a draft, held against the real API server with istiod's webhook. */
export const verdictChecks: readonly Check[] = [
  { title: "the verdicts on generated drafts are those of the real cluster", run: verdicts },
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
