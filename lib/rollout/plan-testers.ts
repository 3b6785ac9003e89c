import { z } from "zod";
import { Labels, lengthOf, Share } from "./plan-fields";

/** A text alone is the whole value. */
const StringMatch = z.preprocess(
  (value) => (typeof value === "string" ? { exact: value } : value),
  z
    .strictObject({ exact: z.string(), prefix: z.string(), regex: z.string() })
    .partial()
    .refine((match) => Object.keys(match).length === 1, "needs one of exact, prefix and regex"),
);

/** Requests that go to the canary beside the steps: those of people who test it. */
export const Testers = z
  .strictObject({
    headers: z.record(z.string().min(1), StringMatch).optional(),
    /** A cookie and its value. */
    cookie: z.strictObject({ name: z.string().min(1), value: z.string() }).optional(),
    /** Labels of the pods that ask. */
    sourceLabels: Labels.optional(),
    /** Percent of these requests that the canary gets. */
    share: Share.default(100),
    /** Whether nobody else gets the canary: then the steps divide these requests. */
    only: z.boolean().default(false),
  })
  .refine(
    ({ headers, cookie, sourceLabels }) => (headers ?? cookie ?? sourceLabels) !== undefined,
    "needs headers, a cookie or sourceLabels",
  );

/** Keeps each user at one version: whoever has met the canary stays with it while it runs. */
export const Sticky = z.strictObject({
  /** Name of the cookie that says which version a user has met. */
  cookie: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]{1,64}$/, "must be a name that a cookie can have")
    .default("mesh-canary"),
  maxAge: lengthOf(1).default(86_400),
});
