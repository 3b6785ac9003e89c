import type { JsonRecord } from "@/lib/k8s/json-value";

/** One field at fault, in the shape of `metav1.StatusCause`. */
export interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

/** What `metav1.Status` says of the object that a request was about. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A refused request. It is answered as a `Status` object with `code` as the HTTP status. */
export class StatusError extends Error {
  override readonly name = "StatusError";

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    private readonly extra: {
      readonly details?: StatusDetails;
      /** `continue` of an expired list. */
      readonly metadata?: JsonRecord;
    } = {},
  ) {
    super(message);
  }

  /** How long the client shall wait before it asks again, in seconds. */
  get retryAfterSeconds(): number | undefined {
    return this.extra.details?.retryAfterSeconds;
  }

  /** The fields at fault, where the refusal names any. */
  get causes(): readonly StatusCause[] {
    return this.extra.details?.causes ?? [];
  }

  /** The answer's body. */
  status(): JsonRecord {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.extra.metadata ?? {},
      status: "Failure",
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.extra.details ? { details: this.extra.details } : {}),
      code: this.code,
    };
  }
}

/** The names that messages and details give to a kind of object. */
export interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** `virtualservices.networking.istio.io`, or `pods`. */
export const qualified = ({ group, plural }: Pick<Named, "group" | "plural">): string =>
  group ? `${plural}.${group}` : plural;

const about = ({ group, plural }: Named, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(group ? { group } : {}),
  kind: plural,
});

const REASONS: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** Each way to refuse a request, worded as the API server words it. */
export const refuse = {
  badRequest: (message: string) => new StatusError(400, "BadRequest", message),
  unauthorized: () => new StatusError(401, "Unauthorized", "Unauthorized"),
  notFound: (type: Named, name: string) =>
    new StatusError(404, "NotFound", `${qualified(type)} "${name}" not found`, {
      details: about(type, name),
    }),
  noSuchPath: () =>
    new StatusError(404, "NotFound", "the server could not find the requested resource", {
      details: {},
    }),
  methodNotAllowed: () =>
    new StatusError(
      405,
      "MethodNotAllowed",
      "the server does not allow this method on the requested resource",
      { details: {} },
    ),
  notAcceptable: (accepted: string) =>
    new StatusError(
      406,
      "NotAcceptable",
      `only the following media types are accepted: ${accepted}`,
    ),
  /** As the routes of built-in kinds say it. */
  noRepresentation: (available: readonly string[]) =>
    new StatusError(
      406,
      "NotAcceptable",
      `406: Not Acceptable\n\nAvailable representations: ${available.join(", ")}`,
      { details: {} },
    ),
  /** A form that what was asked for cannot take. */
  otherForm: (message: string) => new StatusError(406, "NotAcceptable", message),
  alreadyExists: (type: Named, name: string) =>
    new StatusError(409, "AlreadyExists", `${qualified(type)} "${name}" already exists`, {
      details: about(type, name),
    }),
  conflict: (type: Named, name: string, why = MODIFIED) =>
    new StatusError(
      409,
      "Conflict",
      `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
      { details: about(type, name) },
    ),
  applyConflict: (message: string, causes: readonly StatusCause[]) =>
    new StatusError(409, "Conflict", message, { details: { causes } }),
  expired: (message: string, metadata: JsonRecord = {}) =>
    new StatusError(410, "Expired", message, { metadata }),
  tooLarge: (message: string) => new StatusError(413, "RequestEntityTooLarge", message),
  unsupportedMediaType: (accepted: readonly string[]) =>
    new StatusError(
      415,
      "UnsupportedMediaType",
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
    ),
  invalid: (type: Pick<Named, "group" | "kind">, name: string, causes: readonly StatusCause[]) => {
    const texts = [
      ...new Set(causes.map(({ field, message }) => `${field ?? "<nil>"}: ${message}`)),
    ];
    const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
    const title = type.group ? `${type.kind}.${type.group}` : type.kind;
    return new StatusError(422, "Invalid", `${title} "${name}" is invalid: ${list}`, {
      details: {
        ...(name ? { name } : {}),
        ...(type.group ? { group: type.group } : {}),
        ...(type.kind ? { kind: type.kind } : {}),
        causes,
      },
    });
  },
  internal: (message: string) =>
    new StatusError(500, "InternalError", `Internal error occurred: ${message}`, {
      details: { causes: [{ message }] },
    }),
  forbidden: (message: string, details: StatusDetails = {}) =>
    new StatusError(403, "Forbidden", message, { details }),
  /** Nothing new goes into a namespace that is being deleted. */
  terminating: (type: Named, name: string, namespace: string) =>
    new StatusError(
      403,
      "Forbidden",
      `${qualified(type)} ${JSON.stringify(name)} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      {
        details: {
          ...about(type, name),
          causes: [
            {
              reason: "NamespaceTerminating",
              message: `namespace ${namespace} is being terminated`,
              field: "metadata.namespace",
            },
          ],
        },
      },
    ),
  /** What a fault makes the server answer. */
  onPurpose: ({
    status,
    retryAfterSeconds,
  }: {
    status: number;
    retryAfterSeconds?: number | undefined;
  }) =>
    new StatusError(
      status,
      REASONS[status] ?? "InternalError",
      "a fault of the sandbox was asked to answer so",
      {
        details: retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
      },
    ),
  versionTooLarge: (wanted: string, current: number) =>
    new StatusError(
      504,
      "Timeout",
      `Timeout: Too large resource version: ${wanted}, current: ${current}`,
      {
        details: {
          causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
          retryAfterSeconds: 1,
        },
      },
    ),
};

const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";
