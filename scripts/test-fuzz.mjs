// `npm run test:fuzz [SEED]`: 10,000 mutated requests to the sandbox's API server, 10,000 mutated texts to the analysis.
import { join } from "node:path";
import { ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, main, run, say } from "./processes.mjs";

const COUNT = 10_000;

const FILES = ["sandbox/api/fuzz.test.ts", "lab/corpus/bad-documents.test.ts"];

await main(async () => {
  const seed = process.argv[2] ?? String(Date.now() % 2 ** 31);
  say(`${COUNT} requests and ${COUNT} texts, seed ${seed}`);
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const { code } = await run(process.execPath, [vitest, "run", ...FILES], {
    cwd: ROOT,
    env: {
      ...cleanEnvironment(),
      QUARTERDECK_FUZZ_REQUESTS: String(COUNT),
      QUARTERDECK_FUZZ_DOCUMENTS: String(COUNT),
      QUARTERDECK_FUZZ_SEED: seed,
    },
  });
  return code;
});
