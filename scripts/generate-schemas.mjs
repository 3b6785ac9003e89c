// Makes lib/istio/schemas/*.gen.json from the CustomResourceDefinitions of Istio and the Gateway API.
// Usage: node scripts/generate-schemas.mjs ../shared/istio-corpus/crds
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

const OUTPUT = fileURLToPath(new URL("../lib/istio/schemas/", import.meta.url));
const SOURCES = [
  { file: "crd-all.gen.yaml", output: "istio.gen.json" },
  { file: "gateway-api-v1.6.0-crd.yaml", output: "gateway-api.gen.json" },
];

const folder = process.argv[2];
if (!folder || !existsSync(folder)) {
  console.error(
    `generate-schemas: ${folder ? `no folder ${folder}` : "name the folder that holds the CRDs"}`,
  );
  process.exit(2);
}

for (const { file, output } of SOURCES) {
  const path = join(folder, file);
  if (!existsSync(path)) {
    console.error(`generate-schemas: no file ${path}`);
    process.exit(2);
  }
  const definitions = parseAllDocuments(readFileSync(path, "utf8"))
    .map((document) => document.toJS())
    .filter((object) => object?.kind === "CustomResourceDefinition")
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(compact);
  writeFileSync(join(OUTPUT, output), `${JSON.stringify(definitions)}\n`);
  console.error(`${output}: ${definitions.length} kinds`);
}

/** The schema without the authors' prose: lib/istio/field-docs says what fields mean. */
function withoutProse(schema) {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([keyword, value]) => keyword !== "description" || typeof value !== "string",
  );
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, withoutProse(value)]));
}

/** The definition with each distinct schema once: versions name theirs by its index. */
function compact({ metadata, spec }) {
  const schemas = [];
  const versions = spec.versions.map(({ schema, ...version }) => {
    const bare = withoutProse(schema.openAPIV3Schema);
    const text = JSON.stringify(bare);
    let index = schemas.findIndex((known) => JSON.stringify(known) === text);
    if (index < 0) index = schemas.push(bare) - 1;
    return { ...withoutProse(version), schema: index };
  });
  const { name, annotations, labels } = metadata;
  return { metadata: { name, annotations, labels }, spec: { ...spec, versions }, schemas };
}
