// Parts of Monaco that are loaded for what they do and export nothing of ours.
declare module "monaco-editor/esm/vs/editor/browser/*";
declare module "monaco-editor/esm/vs/editor/contrib/*";
declare module "monaco-editor/esm/vs/editor/common/standaloneStrings.js";
declare module "monaco-editor/esm/vs/base/browser/ui/codicons/codicon/*";

interface Window {
  MonacoEnvironment?: { getWorker(moduleId: string, label: string): Worker };
}
