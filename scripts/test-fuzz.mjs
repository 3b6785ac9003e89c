// `npm run test:fuzz [SEED]`: 10,000 mutated requests to the sandbox's API server.
import { join } from "node:path";
import { ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, main, run, say } from "./processes.mjs";

const REQUESTS = 10_000;

await main(async () => {
  const seed = process.argv[2] ?? String(Date.now() % 2 ** 31);
  say(`${REQUESTS} requests, seed ${seed}`);
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const { code } = await run(process.execPath, [vitest, "run", "sandbox/api/fuzz.test.ts"], {
    cwd: ROOT,
    env: {
      ...cleanEnvironment(),
      QUARTERDECK_FUZZ_REQUESTS: String(REQUESTS),
      QUARTERDECK_FUZZ_SEED: seed,
    },
  });
  return code;
});
