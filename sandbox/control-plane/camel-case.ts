/**
 * Resources as istiod prints them: Go's protobuf JSON has camelCase names where Envoy's own dumps have
 * snake_case. Names with a dot are keys of maps, and stay.
 */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.includes(".")
        ? name
        : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(inner),
    ]),
  );
}
