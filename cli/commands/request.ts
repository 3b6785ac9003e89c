import { readFile } from "node:fs/promises";
import { readInputs } from "@/cli/analyze/read-inputs";
import { readObjects } from "@/cli/analyze/read-objects";
import { type Command, CommandError } from "@/cli/command";
import { askedRequests } from "@/cli/request/asked-request";
import { liveObjects } from "@/cli/request/live-objects";
import { type RequestOptions, requestOptions } from "@/cli/request/request-options";
import { requestText } from "@/cli/request/request-text";
import { simulateRequest } from "@/cli/request/simulate-request";
import { stepTeller } from "@/cli/request/told-steps";
import { verifySignature } from "@/sandbox/traffic/verify-signature";
import { meshView } from "@/lib/mesh/view";

/** Tells what the mesh would do with a request, and why. */
export const request: Command = {
  summary: "Tell what the mesh would do with a request, and which objects decide it",
  usage:
    "FILE|DIR|-… [--kubeconfig F [--context C]] (--from POD.NAMESPACE --url URL [--method M] [--host H] [--header K=V]… | --requests FILE.json) [-o json|text]",
  async run(args) {
    const options = requestOptions(args);
    const { objects } = readObjects(await readInputs(options.inputs), "default");
    const live = options.kubeconfig === undefined ? [] : await liveObjects(options);
    const drafts = objects.flatMap(({ draft }) => (draft ? [draft.object] : []));
    const mesh = meshView([...live, ...drafts]);
    const verifier = { verify: verifySignature, now: () => Math.floor(Date.now() / 1000) };
    const tell = stepTeller(objects);
    const answers = (await askedOf(options)).map((asked) => {
      const { outcomes, steps } = simulateRequest(mesh, asked, verifier);
      return { asked, outcomes, trace: steps.map(tell) };
    });
    const text =
      options.output === "json"
        ? JSON.stringify(
            answers.map(({ outcomes, trace }) => ({ outcomes, trace })),
            null,
            2,
          )
        : answers
            .map(({ asked, outcomes, trace }) => requestText(asked, outcomes, trace))
            .join("\n\n");
    process.stdout.write(`${text}\n`);
    return 0;
  },
};

async function askedOf({ asked, requestsFile }: RequestOptions) {
  if (asked) return [asked];
  const file = requestsFile ?? "";
  try {
    return askedRequests(await readFile(file, "utf8"), file);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}
