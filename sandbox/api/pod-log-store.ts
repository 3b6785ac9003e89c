import type { PodLogs, SimulationClock } from "@/sandbox/contracts";

interface ContainerRef {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
}

/** One line that a container wrote. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

interface ContainerLog {
  lines: LogLine[];
  readonly followers: Set<(line: LogLine) => void>;
}

/** A container's log is cut back to this many lines when it has grown to twice as many. */
const KEPT_LINES = 2000;
/** With thousands of containers they share about so many lines, each keeping a few. */
const KEPT_IN_ALL = 100_000;
const FEWEST_LINES = 10;

const keyOf = (ref: ContainerRef): string => `${ref.namespace}/${ref.name}/${ref.container}`;

/** The latest lines of each container, and who follows them. */
export class PodLogStore implements PodLogs {
  private readonly logs = new Map<string, ContainerLog>();

  constructor(private readonly clock: SimulationClock) {}

  append(ref: ContainerRef, text: string): void {
    const log = this.logOf(ref);
    const line = { at: this.clock.now(), text };
    log.lines.push(line);
    const kept = this.keptLines();
    if (log.lines.length >= 2 * kept) log.lines = log.lines.slice(-kept);
    for (const follower of [...log.followers]) follower(line);
  }

  private keptLines(): number {
    const share = Math.floor(KEPT_IN_ALL / this.logs.size);
    return Math.min(KEPT_LINES, Math.max(FEWEST_LINES, share));
  }

  /** The lines kept, oldest first. */
  read(ref: ContainerRef): readonly LogLine[] {
    return this.logs.get(keyOf(ref))?.lines ?? [];
  }

  /** Calls `follower` with each later line. Returns how to stop. */
  follow(ref: ContainerRef, follower: (line: LogLine) => void): () => void {
    const { followers } = this.logOf(ref);
    followers.add(follower);
    return () => {
      followers.delete(follower);
    };
  }

  /** Drops what the pod's containers wrote. */
  forget(pod: { namespace: string; name: string }): void {
    const prefix = `${pod.namespace}/${pod.name}/`;
    for (const key of this.logs.keys()) if (key.startsWith(prefix)) this.logs.delete(key);
  }

  private logOf(ref: ContainerRef): ContainerLog {
    const key = keyOf(ref);
    let log = this.logs.get(key);
    if (!log) {
      log = { lines: [], followers: new Set() };
      this.logs.set(key, log);
    }
    return log;
  }
}
