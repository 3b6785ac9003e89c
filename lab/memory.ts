import { readdirSync, readFileSync } from "node:fs";

/**
 * Memory of all processes in these process groups, in bytes. Pages that processes share, such as
 * the text of thirteen Envoys, count once (PSS).
 */
export function memoryOf(groups: ReadonlySet<number>): number {
  let kilobytes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const [, , group] =
        readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      if (!groups.has(Number(group))) continue;
      const shared = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      kilobytes += Number(/^Pss: +(\d+)/m.exec(shared)?.[1] ?? 0);
    } catch {
      // It ended while we read.
    }
  }
  return kilobytes * 1024;
}
