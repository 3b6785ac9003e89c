import type { XdsType } from "../xds-type";

/** One resource that Envoy refused, with its reason. */
export interface RefusedResource {
  /** Name of the listener, cluster or route configuration; empty where Envoy does not name it. */
  readonly name: string;
  /** Envoy's words about it; empty where they are only the message that it refused. */
  readonly reason: string;
}

/** `Error adding/updating listener(s) NAME: reason\nNAME: reason` */
const LISTENERS = /^Error adding\/updating listener\(s\) /;
/** `Error adding/updating cluster(s) NAME: reason, NAME: reason` */
const CLUSTERS = /^Error adding\/updating cluster\(s\) /;
/** The next cluster of that list: Envoy's names of clusters hold bars or no blanks. */
const NEXT_CLUSTER = /, (?=[^\s,:]*(?:\|[^\s,]*)?: )/;
/** A message in protobuf's text format, cut after 4 KB; the route's reason is not in it. */
const PRINTED = /^goo\.gle\/debug(?:proto|str|only)\s/;

/**
 * What one NACK refuses, resource by resource. Source: Envoy's listener_manager and cds_api_helper
 * write the lists, and protobuf's printer the messages (`real-proxies/debug` holds each form).
 */
export function readNack(type: XdsType, text: string): readonly RefusedResource[] {
  const trimmed = text.trim();
  if (LISTENERS.test(trimmed)) {
    return trimmed.replace(LISTENERS, "").split("\n").map(named);
  }
  if (CLUSTERS.test(trimmed)) {
    return trimmed.replace(CLUSTERS, "").split(NEXT_CLUSTER).map(named);
  }
  if (PRINTED.test(trimmed)) {
    return [{ name: /^name: "([^"]*)"/m.exec(trimmed)?.[1] ?? "", reason: "" }];
  }
  return [{ name: nameIn(type, trimmed), reason: trimmed }];
}

function named(part: string): RefusedResource {
  const [, name = "", reason = part] = /^(\S+): ([\s\S]*)$/.exec(part.trim()) ?? [];
  return { name, reason: reason.trim() };
}

/** Some sentences name the resource inside: `… in route 9080`. */
const nameIn = (type: XdsType, text: string): string =>
  (type === "RDS" && /\bin (?:route|virtual host) (\S+?)[.,]?$/m.exec(text)?.[1]) || "";
