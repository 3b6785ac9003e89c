// `npm run test:properties [SEED]`: every property test on cases that were not walked before, ten times as many.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, main, run, say } from "./processes.mjs";

const FOLDERS = ["lib", "server", "components", "sandbox", "cli", "scripts", "lab"];
const RUNS = 1000;

await main(async () => {
  const seed = process.argv[2] ?? String(Date.now() % 2 ** 31);
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((name) => /\.test\.tsx?$/.test(name))
      .filter((name) => readFileSync(join(ROOT, name), "utf8").includes('from "fast-check"')),
  );
  say(`${files.length} files with properties, seed ${seed}`);
  const { code } = await run(
    process.execPath,
    [join(ROOT, "node_modules", "vitest", "vitest.mjs"), "run", "--testTimeout=300000", ...files],
    {
      cwd: ROOT,
      env: {
        ...cleanEnvironment(),
        QUARTERDECK_PROPERTY_SEED: seed,
        QUARTERDECK_PROPERTY_RUNS: String(RUNS),
      },
    },
  );
  return code;
});
