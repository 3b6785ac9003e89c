import { z } from "zod";

const VERBS = [
  "get",
  "list",
  "watch",
  "create",
  "update",
  "patch",
  "delete",
  "deletecollection",
] as const;

/** Part of a path; `*` stands for any text. Left out: every path. */
const path = z.string().min(1).max(1000).optional();
const verb = z.enum(VERBS).optional();
const rate = z.number().gt(0).max(1).default(1);
const ms = z.number().int().min(0).max(86_400_000);
/** A name; a star at its end stands for any text. */
const name = z.string().min(1).max(253);

const fault = <K extends string, S extends z.core.$ZodLooseShape>(kind: K, shape: S) =>
  z.strictObject({
    kind: z.literal(kind),
    /** How long it lasts, in ms of the machine's time; until cleared if left out. */
    forMs: ms.min(1).optional(),
    ...shape,
  });

/** Everything in the sandbox that can be broken on purpose. Durations are in ms. */
export const FaultSpec = z.discriminatedUnion("kind", [
  fault("api-error", {
    status: z.union(
      [401, 403, 404, 409, 410, 429, 500, 502, 503, 504].map((code) => z.literal(code)),
    ),
    rate,
    path,
    verb,
    /** After so many refusals it is over. */
    times: z.number().int().min(1).optional(),
    retryAfterSeconds: z.number().int().min(0).max(3600).optional(),
  }),
  fault("api-latency", { ms, rate, path, verb }),
  fault("api-half-open", { path, verb }),
  fault("api-restart", {
    downMs: ms.max(600_000).default(0),
    versions: z.enum(["kept", "reset"]).default("kept"),
  }),
  fault("api-compact", {}),
  fault("api-certificate", { validMs: z.number().int().min(-86_400_000).max(31_536_000_000) }),
  fault("watch-cut", {
    how: z.enum(["end", "reset", "truncate"]).default("end"),
    path,
    everyMs: ms.min(10).optional(),
  }),
  fault("watch-freeze", { path }),
  fault("watch-duplicate", { path }),
  fault("prometheus", {
    how: z.enum(["down", "slow", "stale", "empty", "nan"]),
    delayMs: ms.default(30_000),
  }),
  fault("istiod", {
    how: z.enum(["down", "slow"]),
    pod: name.default("*"),
    delayMs: ms.default(10_000),
  }),
  fault("proxy", {
    how: z.enum(["stuck", "rejects"]),
    namespace: name,
    pod: name.default("*"),
    type: z.enum(["CDS", "EDS", "LDS", "RDS", "ECDS"]).default("LDS"),
    error: z.string().max(10_000).optional(),
  }),
  fault("certificate", {
    /** Left out: the root certificate of the mesh. */
    namespace: name.optional(),
    pod: name.default("*"),
    validMs: ms,
  }),
  fault("pods-not-ready", { namespace: name, pod: name.default("*") }),
  fault("clock-speed", { speed: z.number().min(0).max(1000) }),
  fault("clock-jump", { ms: z.number().int().min(-31_536_000_000).max(31_536_000_000) }),
]);

/** One fault as it was asked for, defaults filled in. */
export type FaultSpec = z.infer<typeof FaultSpec>;
export type FaultKind = FaultSpec["kind"];
/** The fault of one kind. */
export type FaultOf<K extends FaultKind> = Extract<FaultSpec, { kind: K }>;

/** The kinds of faults, in the order of their list. */
export const FAULT_KINDS: readonly FaultKind[] = FaultSpec.options.map(
  ({ shape }) => shape.kind.value,
);
