import { z } from "zod";
import { fileDocuments, unreadable } from "@/cli/analyze/file-documents";
import type { InputText } from "@/cli/analyze/read-inputs";
import { formatPath } from "@/lib/yaml/field-path";
import { oneOf } from "@/lib/rollout/plan-fields";
import { CommandType } from "@/lib/rollout/status";

const At = z.number().min(0);
const Fraction = z.number().min(0).max(1);

/** Traffic from `at` (seconds) on, until the next entry for the same version or the total. */
const Traffic = z.strictObject({
  at: At.default(0),
  /** A subset, or the host of a destination without one; absent in an entry for the total. */
  version: z.string().min(1).optional(),
  /** Requests/s to all versions together. */
  totalRps: z.number().min(0).optional(),
  /** Requests/s to this version; its part of the total where absent. */
  rps: z.number().min(0).optional(),
  errorRate: Fraction.optional(),
  /** Part of the requests that fail with gRPC status 14, which HTTP calls 200. */
  grpcErrorRate: Fraction.optional(),
  /** Milliseconds. */
  p99: z.number().positive().optional(),
  /** Part of the requests that the client's proxy cannot deliver (response flag UH). */
  undelivered: Fraction.optional(),
});
export type TrafficEntry = z.infer<typeof Traffic>;

/** A time ends after it began. */
function isForward({ from, to = Infinity }: { from: number; to?: number | undefined }): boolean {
  return from < to;
}
const BACKWARD = { path: ["to"], message: "must be after from" };

const PrometheusFault = z
  .strictObject({
    from: At,
    /** For ever where absent. */
    to: At.optional(),
    mode: oneOf(["down", "stale", "empty", "nan"]),
  })
  .refine(isForward, BACKWARD);

/** What a webhook of the plan answers from `at` on, until the next entry of the same name. */
const Webhook = z.strictObject({
  at: At.default(0),
  name: z.string().min(1),
  /** null says that it has no number, `down` that it cannot be reached. */
  value: z.union([z.number(), z.null(), z.literal("down")]),
});
export type WebhookEntry = z.infer<typeof Webhook>;

/** A process of the product: who leads, all of them, or a number from 0. */
const Process = z.union([z.enum(["leader", "all"]), z.int().min(0)]);
const Events = z.union([
  z.strictObject({
    at: At,
    command: oneOf(CommandType.options),
    /** What `abort` leaves: the weights as they are, or, with `rollback`, all to the stable version. */
    mode: z.enum(["hold", "rollback"]).optional(),
    by: z.string().min(1).default("operator"),
    id: z.string().min(1).max(64).optional(),
    force: z.boolean().optional(),
    reason: z.string().optional(),
    /** Name of the rollout, where the file has several. */
    rollout: z.string().optional(),
  }),
  z.strictObject({
    at: At,
    patch: z.strictObject({
      kind: z.string().min(1),
      name: z.string().min(1),
      namespace: z.string().min(1).optional(),
      /** A JSON patch (RFC 6902), sent as a user would send it. */
      json: z.array(z.unknown()),
    }),
  }),
  /** Deletes an object; that of kind CanaryRollout is the rollout itself. */
  z.strictObject({
    at: At,
    delete: z.strictObject({
      kind: z.string().min(1),
      name: z.string().min(1),
      namespace: z.string().min(1).optional(),
    }),
  }),
  z.strictObject({
    at: At,
    kill: Process,
    /** Not at once, but when the server has done this for it, before it hears of it. */
    when: z.enum(["intent", "dryRun", "write", "readBack"]).optional(),
  }),
  /** The time of day of a process jumps by so many seconds. */
  z.strictObject({ at: At, clock: Process, jump: z.number() }),
  z.strictObject({ at: At, freeze: Process, for: z.number().positive() }),
  z.strictObject({ at: At, restart: Process }),
  z.strictObject({
    at: At,
    podsReady: z.strictObject({ version: z.string().min(1), ready: z.int().min(0) }),
  }),
]);
export type SimulationEvent = z.infer<typeof Events>;

const SimulationFile = z.strictObject({
  /** Whatever a user would apply; the engine itself reads it. */
  rollout: z.unknown().optional(),
  rollouts: z.array(z.unknown()).optional(),
  objects: z.array(z.record(z.string(), z.unknown())).default([]),
  traffic: z.array(Traffic).default([]),
  prometheus: z.array(PrometheusFault).default([]),
  webhooks: z.array(Webhook).default([]),
  /** When no process of the product reaches the API server. */
  apiServer: z
    .array(z.strictObject({ from: At, to: At.optional() }).refine(isForward, BACKWARD))
    .default([]),
  events: z.array(Events).default([]),
  /** Who starts the rollouts. */
  startedBy: z.string().min(1).default("operator"),
  /** How many processes of the product take part. */
  replicas: z.int().min(1).max(50).default(1),
  /** Seconds after a write during which reads still show what was before. */
  readLag: z.number().min(0).default(0),
  /** What keeps the rollouts: CanaryRollouts, or, where they are not defined, ConfigMaps. */
  store: oneOf(["customResource", "configMap"], { crd: "customResource" }).default(
    "customResource",
  ),
  /** Runs the plan's judge over so many hours of such traffic, with a canary that is as good. */
  backtest: z
    .strictObject({ hours: z.number().positive().max(168), seed: z.int().default(1) })
    .optional(),
  /** Only looks: preflight and every patch of every step, and nothing is stored. */
  dryRun: z.boolean().default(false),
  until: z.number().min(0).default(900),
});

/** A simulation as its file describes it. */
export interface Simulation extends Omit<z.infer<typeof SimulationFile>, "rollout" | "rollouts"> {
  readonly rollouts: readonly unknown[];
}

/** Reads a simulation file. @throws CommandError that names file, line and field */
export function readSimulation(input: InputText): Simulation {
  const [document, second] = fileDocuments(input);
  if (!document || second) {
    const range = { line: 1, column: 1, endLine: 1, endColumn: 1 };
    throw unreadable(input.file, range, "must hold one document, a simulation");
  }
  const [repeated] = document.repeatedKeys;
  if (repeated) throw unreadable(input.file, repeated.range, repeated.message);
  const parsed = SimulationFile.safeParse(document.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const { path, message } = faultOf(issue);
    throw unreadable(input.file, document.place(path), `${formatPath(path)} ${message}`.trim());
  }
  const { rollout, rollouts = [], ...rest } = parsed.data;
  const all = rollout === undefined ? rollouts : [rollout, ...rollouts];
  if (all.length === 0) throw unreadable(input.file, document.place([]), "rollout is missing");
  return { ...rest, rollouts: all };
}

/** The deepest field that an issue is about. */
function faultOf(issue: z.core.$ZodIssue | undefined): {
  readonly path: (string | number)[];
  readonly message: string;
} {
  if (!issue) return { path: [], message: "is no simulation" };
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") {
    return { path: [...path, issue.keys[0] ?? ""], message: "is no field of a simulation" };
  }
  if (issue.code !== "invalid_union") return { path, message: plainMessage(issue) };
  const inner = closest(issue.errors);
  return inner
    ? { path: [...path, ...inner.path], message: inner.message }
    : { path, message: `is none of the events that a simulation knows: ${EVENTS}` };
}

const EVENTS = "command, patch, delete, kill, clock, freeze, restart or podsReady, with at";

/** What is wrong with a value, as a clause behind its field. */
function plainMessage(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_big":
      return `must be at most ${String(issue.maximum)}`;
    case "too_small":
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${String(issue.minimum)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_type":
      return `must be ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    default:
      return issue.message;
  }
}

/** Of the variants of a union that do not fit, the one with one thing wrong, if there is one. */
function closest(errors: readonly (readonly z.core.$ZodIssue[])[]) {
  const [only] = errors.filter((issues) => issues.length === 1);
  return only && faultOf(only[0]);
}
