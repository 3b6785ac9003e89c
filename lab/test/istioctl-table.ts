/** Reads a table that istioctl prints: columns begin where their names do. */
export function istioctlTable(
  text: string,
  columns: readonly string[],
): readonly Readonly<Record<string, string>>[] {
  const [header = "", ...lines] = text.split("\n");
  const starts = columns.map((name) => header.indexOf(name));
  const missing = columns.find((_, index) => (starts[index] ?? -1) < 0);
  if (missing !== undefined) throw new Error(`istioctl prints no column ${missing}: ${header}`);
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) =>
      Object.fromEntries(
        columns.map((name, index) => [name, line.slice(starts[index], starts[index + 1]).trim()]),
      ),
    );
}
