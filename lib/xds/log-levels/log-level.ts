import { isRecord } from "@/lib/k8s/json-value";

/** Which program's log: a proxy's Envoy, or an istiod. */
export type LoggingProgram = "envoy" | "istiod";

/**
 * What each program calls its levels, from the most to the least that is said.
 * Source: Envoy's `/logging`; istio/pkg/log, whose ControlZ knows no `fatal`.
 */
export const LOG_LEVELS = {
  envoy: ["trace", "debug", "info", "warning", "error", "critical", "off"],
  istiod: ["debug", "info", "warn", "error", "none"],
} as const satisfies Record<LoggingProgram, readonly string[]>;

/** A logger of Envoy, or a scope of istiod. */
export interface LogLevel {
  readonly name: string;
  readonly level: string;
  /** What istiod says that a scope is about; undefined for Envoy, which does not say. */
  readonly about: string | undefined;
}

/** Whether a program has a level of this name. */
export const isLogLevel = (program: LoggingProgram, level: string): boolean =>
  (LOG_LEVELS[program] as readonly string[]).includes(level);

const LINE = /^\s+(\S+):\s+(\w+)\s*$/;
/** Envoy's way to print the level `warning` differs between its pages. */
const SPELLINGS: Readonly<Record<string, string>> = { warn: "warning", err: "error" };

/** Reads what Envoy answers to `POST /logging`; undefined where that is something else. */
export function readEnvoyLoggers(text: string): readonly LogLevel[] | undefined {
  if (!text.startsWith("active loggers:")) return undefined;
  return text.split("\n").flatMap((line) => {
    const [, name, level = ""] = LINE.exec(line) ?? [];
    return name === undefined ? [] : [{ name, level: SPELLINGS[level] ?? level, about: undefined }];
  });
}

/** A scope as ControlZ tells it, with what must be sent back with a change. */
export interface IstiodScope extends LogLevel {
  readonly stackTraceLevel: string;
  readonly logCallers: boolean;
}

/**
 * Reads ControlZ's list of scopes; undefined where the answer is none. The scope `all` is left out:
 * it stands for the others, and setting it back would set back what others changed.
 */
export function readIstiodScopes(answer: unknown): readonly IstiodScope[] | undefined {
  if (!Array.isArray(answer)) return undefined;
  return answer
    .flatMap((scope: unknown) => {
      if (!isRecord(scope) || typeof scope.name !== "string" || scope.name === "all") return [];
      const { name, description, output_level: level, stack_trace_level: stack } = scope;
      if (typeof level !== "string") return [];
      return [
        {
          name,
          level,
          about: typeof description === "string" && description !== "" ? description : undefined,
          stackTraceLevel: typeof stack === "string" ? stack : "none",
          logCallers: scope["log_callers"] === true,
        },
      ];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
