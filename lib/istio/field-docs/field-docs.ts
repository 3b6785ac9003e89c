/**
 * What fields mean, by the end of their path: `weight`, `route.weight`, `spec.http.route.weight`.
 * The longest end that is known wins. Items of lists and values of maps add no part of their own.
 */
export type FieldDocs = Readonly<Record<string, string>>;
