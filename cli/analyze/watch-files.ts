import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** Between the last change and the answer: editors write a file in several steps. */
const QUIET_MS = 100;
/** How often it is looked whether a folder went away or came back, which its watcher does not tell. */
const LOOK_MS = 300;

/**
 * Calls `changed` whenever a file below one of the inputs has changed and nothing more changes for
 * a moment. An input may go away and come back. Resolves when the process is told to stop.
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
  const watched = inputs.map((input) => watchInput(input, soon));
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  clearTimeout(timer);
  for (const stop of watched) stop();
  await running;
}

/** Watches one file or folder, whichever stands there now. @returns what ends it */
function watchInput(input: string, changed: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let known: string | undefined;
  const open = (): void => {
    watcher?.close();
    watcher = undefined;
    known = undefined;
    const found = folderOf(input);
    if (!found) return;
    watcher = watch(found.folder, { recursive: found.recursive }, changed);
    // What went away is looked for again.
    watcher.on("error", () => (known = undefined));
    known = found.id;
  };
  const look = (): void => {
    if (folderOf(input)?.id === known) return;
    try {
      open();
    } catch {
      // It went away between two looks.
    }
    changed();
  };
  open();
  const looking = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(looking);
    watcher?.close();
  };
}

/** What is watched for an input. */
interface Folder {
  readonly folder: string;
  readonly recursive: boolean;
  /** Another folder in its place has another. */
  readonly id: string;
}

/** Undefined while it is not there. Editors replace a file, so its folder is looked at. */
function folderOf(input: string): Folder | undefined {
  const recursive = statSync(input, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const folder = recursive ? input : dirname(input);
  const found = statSync(folder, { throwIfNoEntry: false });
  return found && { folder, recursive, id: `${folder} ${found.ino} ${found.birthtimeMs}` };
}
