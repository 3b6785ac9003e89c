import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { z } from "zod";
import { LabError } from "./lab-error";
import { topology as bookinfo } from "./topologies/bookinfo";
import { topology as small } from "./topologies/small";
import { Topology } from "./topology";

const TOPOLOGIES: Readonly<Record<string, Topology>> = { bookinfo, small };

/** The names that `--topology` takes. */
export const TOPOLOGY_NAMES: readonly string[] = Object.keys(TOPOLOGIES);

/** A topology by name, or from a JSON or YAML file. @throws LabError in one line */
export function chooseTopology(args: readonly string[]): Topology {
  const [flag, name = "bookinfo", ...rest] = args;
  const known = TOPOLOGIES[name];
  if ((flag === undefined || flag === "--topology") && rest.length === 0) {
    if (known) return known;
    if (/\.(json|ya?ml)$/.test(name)) return readTopology(name);
  }
  throw new LabError(
    `--topology is one of ${TOPOLOGY_NAMES.join(", ")}, or a file that ends in .json, .yaml or .yml`,
  );
}

/** @throws LabError naming the file, the path in it and the reason, for the first thing that is wrong */
function readTopology(file: string): Topology {
  const parsed = Topology.safeParse(readDocument(file));
  if (parsed.success) return parsed.data;
  const [issue, ...more] = parsed.error.issues;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw new LabError(`${file}: ${pathOf(issue)}: ${issue?.message ?? "is no topology"}${others}`);
}

function readDocument(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"), { maxAliasCount: 100 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError(`${file}: ${reason.split("\n")[0] ?? ""}`);
  }
}

const pathOf = (issue: z.core.$ZodIssue | undefined): string =>
  (issue?.path ?? [])
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "") || "(root)";
