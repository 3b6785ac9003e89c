import type { Json } from "./parts";

/** What `/config_dump` was asked for. */
export interface DumpQuery {
  /** Names of fields of the sections, with commas: `dynamic_listeners,static_listeners`. */
  readonly mask: string | null;
  /** One list of resources, such as `dynamic_listeners`. */
  readonly resource: string | null;
  /** Only resources whose name it matches, in RE2. */
  readonly matchesName: ((name: string) => boolean) | undefined;
}

/** The name of one resource of a dump. */
function nameOf(item: unknown): string {
  if (typeof item !== "object" || item === null) return "";
  for (const [field, value] of Object.entries(item)) {
    if (field === "name" && typeof value === "string") return value;
    if (field === "cluster_name" && typeof value === "string") return value;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const inner = nameOf(value);
      if (inner) return inner;
    }
  }
  return "";
}

/** A dump limited to what was asked for; undefined where there is no such resource. */
export function maskedDump(
  dump: Json,
  { mask, resource, matchesName }: DumpQuery,
): Json | undefined {
  const sections = dump["configs"] as readonly Json[];
  const kept = (list: unknown): unknown =>
    matchesName && Array.isArray(list)
      ? (list as readonly unknown[]).filter((item) => matchesName(nameOf(item)))
      : list;
  if (resource !== null) {
    const section = sections.find((each) => resource in each);
    if (!section) return undefined;
    const list = kept(section[resource]);
    return { configs: Array.isArray(list) ? (list as unknown[]) : [list] };
  }
  const fields = mask?.split(",").map((field) => field.trim());
  const configs = sections
    .map((section) =>
      Object.fromEntries(
        Object.entries(section)
          .filter(([field]) => !fields || field === "@type" || fields.includes(field))
          .map(([field, value]) => [field, kept(value)]),
      ),
    )
    .filter((section) => !fields || Object.keys(section).length > 1);
  return { configs };
}
