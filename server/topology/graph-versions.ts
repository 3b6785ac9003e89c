import { difference } from "@/lib/base/difference";
import type { GraphReading } from "./topology-service";

/**
 * A graph, or what changed of one since a version that the tab holds; neither where nothing did. Both
 * are JSON in a text: it is written once for all tabs.
 */
export interface GraphReply {
  readonly version: string;
  /** A `GraphReading`. */
  readonly reading?: string;
  /** A `Difference` of two. */
  readonly difference?: string;
}

/** Tabs that are slower than this many refreshes get the whole graph once more. */
const KEPT_VERSIONS = 6;
/** Questions that are remembered; the one asked longest ago goes first. */
const KEPT_QUESTIONS = 40;

interface Version {
  readonly id: string;
  readonly reading: GraphReading;
  /** Written when the first tab asks for all of it. */
  text?: string;
  /** By the version that a tab holds; `undefined` where nothing changed. */
  readonly changesSince: Map<string, string | undefined>;
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
      newest = { id: `${epoch}-${++count}`, reading, changesSince: new Map() };
      versions.push(newest);
      if (versions.length > KEPT_VERSIONS) versions.shift();
    }
    const { id, changesSince } = newest;
    const base = versions.find((version) => version.id === since);
    if (!base) return { version: id, reading: (newest.text ??= JSON.stringify(newest.reading)) };
    if (!changesSince.has(base.id)) {
      const change = difference(base.reading, newest.reading);
      changesSince.set(base.id, change && JSON.stringify(change));
    }
    const change = changesSince.get(base.id);
    return change === undefined ? { version: id } : { version: id, difference: change };
  };
}
