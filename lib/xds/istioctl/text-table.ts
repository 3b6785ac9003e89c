/** A table as a command prints it: every row has a cell for each column. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * A table as lines of text: columns are as wide as their widest cell and `gap` blanks more, the
 * last one as wide as it needs. Ends with a line break, as Go's tabwriter leaves it.
 */
export function tableText({ columns, rows }: TextTable, gap: number): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, lengthOf(line[column] ?? "")), 0),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === line.length - 1
            ? cell
            : cell + " ".repeat((widths[column] ?? 0) - lengthOf(cell) + gap),
        )
        .join(""),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** A character counts one, also where it takes two code units. */
const lengthOf = (cell: string): number => [...cell].length;
