import { watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";

const QUIET_MS = 100;

/**
 * Calls `changed` whenever a file below one of the inputs has changed and nothing more changes for
 * a moment. Resolves when the process is told to stop.
 */
export async function watchFiles(
  inputs: readonly string[],
  changed: () => Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(changed);
    }, QUIET_MS);
  };
  const folders = await Promise.all(
    inputs.map(async (input) => {
      const folder = (await stat(input)).isDirectory();
      // Editors replace a file, so its folder is looked at.
      return watch(folder ? input : dirname(input), { recursive: folder }, soon);
    }),
  );
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  clearTimeout(timer);
  for (const folder of folders) folder.close();
  await running;
}
