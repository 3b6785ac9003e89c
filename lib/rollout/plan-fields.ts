import { z } from "zod";
import { parseDuration } from "@/lib/istio/duration";

/** Percent that a step gives. */
export const Share = z
  .int("must be a whole number of percent")
  .min(1, "must be at least 1")
  .max(100, "must be at most 100");

/** A length of time: whole seconds, or a text such as `60s`, `1m30s` or `1d`. Read as seconds. */
export const lengthOf = (least: number) =>
  z
    .union([z.number(), z.string()], "must be seconds, or a duration such as 60s")
    .transform((given, context): number => {
      const length = typeof given === "number" ? given : secondsIn(given);
      if (Number.isInteger(length) && length >= least) return length;
      context.addIssue({
        code: "custom",
        message: `must be whole seconds, at least ${least}, or a duration such as 60s`,
      });
      return z.NEVER;
    });

function secondsIn(text: string): number {
  const [, count = "", days] = /^(\d+)(d?)$/.exec(text) ?? [];
  if (count !== "") return Number(count) * (days ? 86_400 : 1);
  return (parseDuration(text) ?? NaN) / 1000;
}

/** One of these words, however they are written: `blue-green` is `blueGreen`. */
export function oneOf<const T extends readonly string[]>(
  words: T,
  synonyms: Readonly<Record<string, T[number]>> = {},
) {
  const plain = (word: string) => word.toLowerCase().replace(/[-_ /]/g, "");
  const known = new Map<string, string>([
    ...words.map((word) => [plain(word), word] as const),
    ...Object.entries(synonyms),
  ]);
  return z.preprocess(
    (value) => (typeof value === "string" ? (known.get(plain(value)) ?? value) : value),
    z.enum(words, `must be one of ${words.join(", ")}`),
  );
}

/** `99`, `99%`, `>= 99 %` and `<= 500ms` are numbers; the unit is the field's own, or that of a time. */
export function amountIn(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const [, text = ""] = /^\s*[<>]?=?\s*([\d.]+\s*(?:%|pp|ms|s|m)?)\s*$/.exec(value) ?? [];
  const [, number = "", unit = ""] = /^([\d.]+)\s*(.*)$/.exec(text) ?? [];
  if (number === "" || Number.isNaN(Number(number))) return value;
  return Number(number) * (unit === "s" ? 1000 : unit === "m" ? 60_000 : 1);
}

/** At least one second. */
export const WholeSeconds = lengthOf(1);

/** A host as a VirtualService writes it. */
export const HostName = z.string().min(1).max(253);

/** Labels of pods. */
export const Labels = z
  .record(z.string().min(1), z.string())
  .refine((labels) => Object.keys(labels).length > 0, "needs at least one label");
