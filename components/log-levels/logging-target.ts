import type { LoggingProgram } from "@/lib/xds/log-levels/log-level";

/** Whose log levels are shown. */
export interface LoggingTarget {
  readonly program: LoggingProgram;
  readonly namespace: string;
  readonly name: string;
}
