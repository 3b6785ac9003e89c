// `npm start`: installs and builds what is missing, then serves; without flags over the sandbox.
import { build, install } from "./bootstrap.mjs";
import { main } from "./processes.mjs";
import { serve } from "./serve.mjs";
import { checkKubeconfig, freePort, HELP, startOptions } from "./start-options.mjs";

await main(async () => {
  const options = startOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const port = await freePort(options);
  await install();
  await checkKubeconfig(options);
  await build();
  return serve("start", { options: { ...options, port }, env: { NODE_ENV: "production" } });
});
