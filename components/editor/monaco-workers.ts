import { editor } from "monaco-editor/esm/vs/editor/editor.api.js";

const startYaml = () =>
  new Worker(new URL("./yaml.worker.ts", import.meta.url), { type: "module", name: "yaml" });

const startEditor = () =>
  new Worker(new URL("monaco-editor/esm/vs/editor/editor.worker.js", import.meta.url), {
    type: "module",
    name: "editor",
  });

/** What monaco-yaml still passes to `createWebWorker`, and Monaco took before 0.53. */
interface OldWorkerOptions {
  readonly moduleId?: string;
  readonly label?: string;
  readonly createData?: unknown;
  readonly worker?: Worker;
}

/**
 * Tells Monaco where its workers are, all from our own origin.
 *
 * Monaco 0.53 changed how a worker is made; monaco-yaml 5.5 asks the old way, so its request is
 * translated. Needed until monaco-yaml#272 is solved.
 */
export function installWorkers(): void {
  const start = (label: string) => (label === "yaml" ? startYaml() : startEditor());
  self.MonacoEnvironment = { getWorker: (_moduleId, label) => start(label) };
  const create = editor.createWebWorker.bind(editor);
  const translated = (options: OldWorkerOptions) => {
    if (options.worker || !options.moduleId) return create(options as never);
    const worker = start(options.label ?? "");
    // The first message wakes the worker, the second is what it is made with.
    worker.postMessage("ignore");
    worker.postMessage(options.createData);
    return create({ ...options, worker });
  };
  Object.assign(editor, { createWebWorker: translated });
}
