// `npm run dev`: the dev server over the sandbox; takes the flags of `npm start`.
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
  await build({ app: false });
  return serve("dev", { options: { ...options, port, open: false } });
});
