import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

const EXTENSION = "quarterdeck.dev/prometheus";

const Named = z.object({ name: z.string() });
const Kubeconfig = z.object({
  "current-context": z.string().optional(),
  contexts: z.array(Named.extend({ context: z.object({ cluster: z.string() }) })),
  clusters: z.array(
    Named.extend({
      cluster: z.object({
        extensions: z.array(Named.extend({ extension: z.unknown() })).optional(),
      }),
    }),
  ),
});
const Extension = z.object({ url: z.url({ protocol: /^https?$/ }) });

/**
 * The Prometheus that a kubeconfig names for a cluster, in an extension of it:
 * `{name: quarterdeck.dev/prometheus, extension: {url}}`. The sandbox's kubeconfig has one.
 *
 * @returns undefined where it names none, or where the file is no kubeconfig.
 */
export async function kubeconfigPrometheus(
  file: string,
  context: string | undefined,
): Promise<string | undefined> {
  const parsed = Kubeconfig.safeParse(await documentOf(file));
  if (!parsed.success) return undefined;
  const { contexts, clusters, "current-context": current } = parsed.data;
  const chosen = contexts.find(({ name }) => name === (context ?? current));
  const cluster = clusters.find(({ name }) => name === chosen?.context.cluster);
  const extension = cluster?.cluster.extensions?.find(({ name }) => name === EXTENSION);
  const named = Extension.safeParse(extension?.extension);
  return named.success ? named.data.url : undefined;
}

/** Whoever opens the kubeconfig to connect says what is wrong with it. */
async function documentOf(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}
