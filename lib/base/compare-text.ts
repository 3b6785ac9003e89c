/** Orders texts by their code units, as Go does by bytes: independent of any language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
