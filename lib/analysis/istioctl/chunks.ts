/** One YAML document of a file as istioctl cuts it out. */
export interface Chunk {
  readonly text: string;
  /** The line that istioctl gives to its first line, 1-based. */
  readonly line: number;
}

/**
 * Cuts a file at lines that are `---` and nothing else: `--- # text` is none, so that what follows
 * it stays in the chunk before, where only the first document is read. A chunk begins at its first
 * line that says something; a `---` at the head of the file belongs to the first chunk, which moves
 * its fields, not the object, one line down. Source: istio pilot/pkg/config/file/util/kubeyaml.
 */
export function chunksOf(file: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let lines: string[] = [];
  let start: number | undefined;
  const end = (): void => {
    const text = lines.join("\n").trim();
    if (text !== "") chunks.push({ text, line: start ?? 1 });
    lines = [];
    start = undefined;
  };
  const all = file.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (all.at(-1) === "") all.pop();
  for (const [index, line] of all.entries()) {
    if (line !== "" && line !== "---") start ??= index + 1;
    const separates = line.startsWith("---") && line.slice(3).trimEnd() === "";
    if (separates && lines.length > 0) end();
    else lines.push(line);
  }
  end();
  return chunks;
}
