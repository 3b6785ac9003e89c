/** Several faults in one message, as istiod's library for errors lists them. */
export const errorList = (problems: readonly string[]): string =>
  `${problems.length} error${problems.length === 1 ? "" : "s"} occurred:\n` +
  `${problems.map((problem) => `\t* ${problem}\n`).join("")}\n`;
