import { AppError } from "@/lib/base/errors";
import {
  isLogLevel,
  LOG_LEVELS,
  type LoggingProgram,
  type LogLevel,
} from "@/lib/xds/log-levels/log-level";
import { readEnvoyLevels, setEnvoyLevels } from "../envoy/envoy-logging";
import { readIstiodLevels, setIstiodLevels } from "../istiod/istiod-scopes";
import type { Cluster } from "../ports";
import type { LoggingPod } from "./change-store";

/** A program of a pod. */
export interface LoggingTarget extends LoggingPod {
  readonly program: LoggingProgram;
}

/** The levels of a program as they are now. @throws AppError when it does not answer */
export async function readLevels(
  cluster: Pick<Cluster, "podRequest">,
  target: LoggingTarget,
): Promise<readonly LogLevel[]> {
  if (target.program === "envoy") return readEnvoyLevels(cluster, target);
  // What must be sent back to ControlZ is nobody else's concern.
  const scopes = await readIstiodLevels(cluster, target);
  return scopes.map(({ name, level, about }) => ({ name, level, about }));
}

/** Sets levels of a program. @throws AppError when it refuses or does not answer */
export const writeLevels = (
  cluster: Pick<Cluster, "podRequest">,
  target: LoggingTarget,
  levels: Readonly<Record<string, string>>,
): Promise<readonly LogLevel[]> =>
  target.program === "envoy"
    ? setEnvoyLevels(cluster, target, levels)
    : setIstiodLevels(cluster, target, levels);

/** @throws AppError `invalid` for a logger or a level that the program does not have */
export function refuseUnknown(
  { program, name: pod }: LoggingTarget,
  levels: readonly LogLevel[],
  wanted: Readonly<Record<string, string>>,
): void {
  const known = new Set(levels.map(({ name }) => name));
  for (const [name, level] of Object.entries(wanted)) {
    if (!known.has(name)) {
      throw new AppError("invalid", `${pod} has no logger ${JSON.stringify(name)}`, {
        hint: "Read the levels again: another release has other loggers.",
      });
    }
    if (!isLogLevel(program, level)) {
      throw new AppError("invalid", `${JSON.stringify(level)} is no level of ${program}`, {
        hint: `Choose one of ${LOG_LEVELS[program].join(", ")}.`,
      });
    }
  }
}
