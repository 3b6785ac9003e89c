import { type Difference, difference } from "@/lib/base/difference";
import type { GraphReading } from "./topology-service";

/** A graph, or what changed of one since a version that the tab holds; neither where nothing did. */
export interface GraphReply {
  readonly version: string;
  readonly reading?: GraphReading;
  readonly difference?: Difference;
}

/** Tabs that are slower than this many refreshes get the whole graph once more. */
const KEPT_VERSIONS = 6;
/** Questions that are remembered; the one asked longest ago goes first. */
const KEPT_QUESTIONS = 40;

interface Version {
  readonly id: string;
  readonly reading: GraphReading;
  /** Made once for all tabs that hold this version. */
  readonly changes: Map<string, Difference | undefined>;
}

/**
 * Gives each answer to a question a version, and tells who holds an older one only what changed
 * since. Who holds one that is not known (any more, or to this process: `epoch`) gets all.
 */
export function graphVersions(
  epoch: string,
): (question: string, reading: GraphReading, since: string | undefined) => GraphReply {
  const asked = new Map<string, Version[]>();
  let count = 0;
  return (question, reading, since) => {
    const versions = asked.get(question) ?? [];
    asked.delete(question);
    asked.set(question, versions);
    for (const oldest of asked.keys()) {
      if (asked.size <= KEPT_QUESTIONS) break;
      asked.delete(oldest);
    }
    let newest = versions.at(-1);
    if (!newest || difference(newest.reading, reading) !== undefined) {
      newest = { id: `${epoch}-${++count}`, reading, changes: new Map() };
      versions.push(newest);
      if (versions.length > KEPT_VERSIONS) versions.shift();
    }
    const { id } = newest;
    const base = versions.find((version) => version.id === since);
    if (!base) return { version: id, reading: newest.reading };
    if (!base.changes.has(id)) base.changes.set(id, difference(base.reading, newest.reading));
    const change = base.changes.get(id);
    return change ? { version: id, difference: change } : { version: id };
  };
}
