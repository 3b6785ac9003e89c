import { z } from "zod";
import manifest from "../package.json";
import { AppError } from "@/lib/base/errors";
import { Port } from "@/lib/k8s/names";

const Flag = z
  .enum(["", "0", "1", "false", "true"], { error: "must be true or false" })
  .default("")
  .transform((text) => text === "1" || text === "true");

/** An empty variable is an unset one. */
const Text = z
  .string()
  .optional()
  .transform((text) => (text === "" ? undefined : text));

const HttpUrl = Text.refine((text) => text === undefined || isHttpUrl(text), {
  error: "must be a URL that starts with http:// or https://",
});

const Variables = z.object({
  QUARTERDECK_HOST: z.string().min(1).default("127.0.0.1"),
  QUARTERDECK_PORT: z.coerce.number().pipe(Port).default(7070),
  QUARTERDECK_ALLOWED_HOSTS: z.string().default(""),
  QUARTERDECK_KUBECONFIG: Text,
  QUARTERDECK_CONTEXT: Text,
  QUARTERDECK_IN_CLUSTER: Flag,
  QUARTERDECK_PROMETHEUS: HttpUrl,
  QUARTERDECK_READ_ONLY: Flag,
  QUARTERDECK_NO_DRIVER: Flag,
  NODE_ENV: z.string().optional(),
});

/** How this process was told to run. The only thing that server code knows of `process.env`. */
export interface Environment {
  /** The address that the server listens on. */
  readonly host: string;
  readonly port: number;
  /** Host names that requests may carry, besides those of this machine's loopback. */
  readonly allowedHosts: readonly string[];
  /** Where the cluster is; undefined when none was named, and then none is touched. */
  readonly cluster: ClusterLocation | undefined;
  /** Base URL of Prometheus' HTTP API; may hold credentials. */
  readonly prometheus: string | undefined;
  /** `true` refuses every write. */
  readonly readOnly: boolean;
  /** `false` keeps this replica from driving rollouts; another one does. */
  readonly driver: boolean;
  readonly development: boolean;
  /** The version of the product, as package.json has it. */
  readonly version: string;
}

/** The account of this pod, or a context of a kubeconfig file (undefined: the usual file, its current context). */
export type ClusterLocation =
  | { readonly type: "in-cluster" }
  | {
      readonly type: "kubeconfig";
      readonly file: string | undefined;
      readonly context: string | undefined;
    };

/** Parses the variables of a process. @throws AppError `invalid`, naming the variable. */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): Environment {
  const parsed = Variables.safeParse(variables);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError("invalid", `${issue?.path.join(".")} ${issue?.message}`, {
      hint: "Correct the variable or leave it out, then start again.",
      cause: parsed.error,
    });
  }
  const values = parsed.data;
  return {
    host: values.QUARTERDECK_HOST,
    port: values.QUARTERDECK_PORT,
    allowedHosts: values.QUARTERDECK_ALLOWED_HOSTS.split(",")
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ""),
    cluster: clusterLocation(values),
    prometheus: values.QUARTERDECK_PROMETHEUS,
    readOnly: values.QUARTERDECK_READ_ONLY,
    driver: !values.QUARTERDECK_NO_DRIVER,
    development: values.NODE_ENV === "development",
    version: manifest.version,
  };
}

/** The environment of this process. @throws AppError `invalid` */
export const readEnvironment = (): Environment => parseEnvironment(process.env);

/** The variable by which kubectl finds its kubeconfigs. */
export const kubeconfigVariable = (): string | undefined => process.env.KUBECONFIG;

function clusterLocation(values: z.infer<typeof Variables>): ClusterLocation | undefined {
  const { QUARTERDECK_KUBECONFIG: file, QUARTERDECK_CONTEXT: context } = values;
  if (values.QUARTERDECK_IN_CLUSTER) {
    if (file !== undefined || context !== undefined) {
      throw new AppError(
        "invalid",
        "QUARTERDECK_IN_CLUSTER excludes QUARTERDECK_KUBECONFIG and QUARTERDECK_CONTEXT",
        { hint: "Name one cluster: leave out the other variables." },
      );
    }
    return { type: "in-cluster" };
  }
  if (file === undefined && context === undefined) return undefined;
  return { type: "kubeconfig", file, context };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
