declare const types: {
  /** Each with its fields in their order: `name:type`, where `m7` is the eighth message, `e7` the eighth enum; `name?:` of a scalar whose zero is told from its absence. */
  readonly messages: readonly (readonly [name: string, fields: string])[];
  readonly enums: readonly (readonly [name: string, values: string])[];
  /** Messages that are known by name alone. */
  readonly others: readonly string[];
};
export default types;
