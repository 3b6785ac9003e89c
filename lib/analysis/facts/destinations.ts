import { resolveHost } from "@/lib/istio/host";
import type { Field } from "../field";
import type { Subject } from "../rule";

/** One place in a VirtualService that names a destination. */
export interface DestinationUse {
  /** The `destination` (or `mirror`) itself. */
  readonly field: Field;
  /** Its `host` as written. */
  readonly written: string;
  /** Fully qualified. */
  readonly host: string;
  readonly role: "route" | "mirror";
  /** The share of the route's requests in percent; undefined for mirrors and lists without weights. */
  readonly share: number | undefined;
}

/** Every destination of a VirtualService that names a host: routes, mirrors, TLS and TCP. */
export const destinationsOf = (subject: Subject): readonly DestinationUse[] =>
  subject.derive(listDestinations);

const listDestinations = (subject: Subject): readonly DestinationUse[] => [...eachOf(subject)];

function* eachOf(subject: Subject): Iterable<DestinationUse> {
  const spec = subject.fields.at("spec");
  const uses = (
    field: Field,
    role: DestinationUse["role"],
    share?: number,
  ): readonly DestinationUse[] => {
    const written = field.at("host").text;
    if (written === undefined) return [];
    return [{ field, written, host: resolveHost(written, subject.namespace), role, share }];
  };
  for (const list of ["http", "tls", "tcp"]) {
    for (const rule of spec.at(list).items()) {
      const entries = rule.at("route").items();
      const shares = sharesOf(entries);
      for (const [index, entry] of entries.entries()) {
        yield* uses(entry.at("destination"), "route", shares[index]);
      }
      yield* uses(rule.at("mirror"), "mirror");
      for (const mirror of rule.at("mirrors").items()) {
        yield* uses(mirror.at("destination"), "mirror");
      }
    }
  }
}

/**
 * What percentage of requests each entry of a route gets: weights are relative to their sum, and
 * a single destination gets all whatever its weight. Source: istiod's route builder.
 */
export function sharesOf(entries: readonly Field[]): readonly (number | undefined)[] {
  if (entries.length === 1) return [100];
  const weights = entries.map((entry) => entry.at("weight").number ?? 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? (100 * weight) / total : undefined));
}

/** `10 % of the route's requests`, `a copy of each request`, or `requests`. */
export function affected({ role, share }: DestinationUse): string {
  if (role === "mirror") return "mirrored requests";
  if (share === undefined || share === 100) return "requests of this route";
  return `${formatShare(share)} % of this route's requests`;
}

/** A percentage with at most one decimal. */
export const formatShare = (share: number): string => String(Math.round(share * 10) / 10);
