import * as monaco from "monaco-editor/esm/vs/editor/editor.api.js";
import { configureMonacoYaml, type JSONSchema, type MonacoYaml } from "monaco-yaml";
import { installFindingHelp } from "./finding-help";
import "./monaco-features";
import { installWorkers } from "./monaco-workers";
import { registerYaml } from "./yaml-language";

let yaml: MonacoYaml | undefined;
const schemas = new Map<string, JSONSchema>();

/** Makes Monaco ready; the second call in a page does nothing. */
export function setUpMonaco(): typeof monaco {
  if (yaml) return monaco;
  installWorkers();
  registerYaml();
  yaml = configureMonacoYaml(monaco, {
    completion: true,
    hover: true,
    // Faults are found by our own analysis, so that each has one text everywhere.
    validate: false,
    format: { enable: false },
    enableSchemaRequest: false,
  });
  installFindingHelp();
  return monaco;
}

/** Gives one model its schema, or takes it away. */
export function setSchema(uri: string, schema: object | null | undefined): void {
  if (schema) schemas.set(uri, schema);
  else if (!schemas.delete(uri)) return;
  void yaml?.update({
    schemas: [...schemas].map(([match, own]) => ({
      // A plain name: the language server decodes its ids, and would not find one with escapes again.
      uri: `inmemory://schema/${match.replace(/^.*\//, "")}`,
      fileMatch: [match],
      schema: own,
    })),
  });
}
