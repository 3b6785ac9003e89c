import { z } from "zod";
import { parseDuration } from "@/lib/istio/duration";

/** Percent that a step gives. */
export const Share = z
  .int("must be a whole number of percent")
  .min(1, "must be at least 1")
  .max(100, "must be at most 100");

/** A length of time: whole seconds, or a text such as `60s` or `1m30s`. Read as seconds. */
export const lengthOf = (least: number) =>
  z
    .union([z.number(), z.string()], "must be seconds, or a duration such as 60s")
    .transform((given, context): number => {
      const length = typeof given === "number" ? given : (parseDuration(given) ?? NaN) / 1000;
      if (Number.isInteger(length) && length >= least) return length;
      context.addIssue({
        code: "custom",
        message: `must be whole seconds, at least ${least}, or a duration such as 60s`,
      });
      return z.NEVER;
    });

/** At least one second. */
export const WholeSeconds = lengthOf(1);

/** A host as a VirtualService writes it. */
export const HostName = z.string().min(1).max(253);

/** Labels of pods. */
export const Labels = z
  .record(z.string().min(1), z.string())
  .refine((labels) => Object.keys(labels).length > 0, "needs at least one label");
