import type { CompactDefinition } from "./custom-resource-definitions";
declare const definitions: readonly CompactDefinition[];
export default definitions;
