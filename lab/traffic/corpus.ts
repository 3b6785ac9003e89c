import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readObjects } from "@/cli/analyze/read-objects";
import { CommandError } from "@/cli/command";
import { meshView, type MeshView } from "@/lib/mesh/view";

const text = z.string();
const headers = z.record(text, text);

const observed = z.object({
  count: z.number(),
  status: z.union([z.number(), z.enum(["tcp", "closed", "error"])]),
  pod: text.optional(),
  path: text.optional(),
  authority: text.optional(),
  port: z.number().optional(),
  mtlsPeer: text.nullable().optional(),
  requestHeaders: headers.optional(),
  responseHeaders: headers.optional(),
  denied: text.optional(),
  /** In seconds; 0 below a quarter of one. */
  slow: z.number().optional(),
  client: z
    .object({
      flags: text.nullable(),
      details: text.nullable(),
      route: text.nullable(),
      cluster: text.nullable(),
    })
    .optional(),
});

/** One distinct end of a request, as it was recorded. */
export type Observed = z.infer<typeof observed>;

const recorded = z.object({
  from: text,
  url: text,
  host: text.optional(),
  method: text.optional(),
  headers: headers.optional(),
  tcp: z.boolean().optional(),
  n: z.number().optional(),
  observed: z.array(observed),
});

/** A request that was sent, and what came of it. */
export type Recorded = z.infer<typeof recorded>;

const trafficCase = z.object({
  id: text,
  tag: text,
  file: text,
  requests: z.array(recorded),
});

/** One configuration with its requests. */
export type TrafficCase = z.infer<typeof trafficCase>;

/** The recorded traffic; undefined where it is not on this machine. */
export function trafficCases(folder: string): readonly TrafficCase[] | undefined {
  const file = join(folder, "cases.json");
  if (!existsSync(file)) return undefined;
  return z.array(trafficCase).parse(JSON.parse(readFileSync(file, "utf8")));
}

/** The cluster of a case. */
export function meshOfCase(folder: string, { file }: TrafficCase): MeshView {
  const texts = ["base.yaml", file].map((name) => ({
    file: name,
    text: readFileSync(join(folder, name), "utf8"),
  }));
  const { objects } = readObjects(texts, "default");
  if (objects.length === 0) throw new CommandError(`${file} holds no objects`);
  return meshView(objects.flatMap(({ draft }) => (draft ? [draft.object] : [])));
}
