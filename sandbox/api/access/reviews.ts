import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { type Answer, json } from "../object-request";
import { bodyType, parseObject } from "../request-body";
import type { ResourcePath } from "../request-path";
import { refuse } from "../status-error";
import type { Attempt } from "./attempt";
import type { Authenticator } from "./authenticator";
import type { Authorizer } from "./authorizer";
import { type PolicyRule, ruleDocument } from "./policy-rule";
import { MASTERS, type User, userInfo } from "./user";

/** What a review is answered from. */
interface Asked {
  readonly user: User;
  readonly namespace: string;
  readonly now: number;
  readonly authorizer: Authorizer;
  readonly authenticator: Authenticator;
}

/** A kind that is only ever created, and answered at once. */
export interface Review {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** The review's fields as they are now, `status` included. @throws StatusError 400, 422 */
  readonly answer: (spec: JsonRecord, asked: Asked) => JsonRecord;
}

const AUTHORIZATION = "authorization.k8s.io";
const AUTHENTICATION = "authentication.k8s.io";

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

const authorization = (
  kind: string,
  answer: Review["answer"],
  options: { namespaced?: boolean } = {},
): Review => ({
  group: AUTHORIZATION,
  plural: `${kind.toLowerCase()}s`,
  kind,
  namespaced: options.namespaced ?? false,
  answer,
});

/** Every review that the server answers. */
export const REVIEWS: readonly Review[] = [
  authorization("SelfSubjectAccessReview", (spec, { user, authorizer }) => ({
    spec,
    status: authorizer.decide(user, attemptOf(spec)),
  })),
  authorization("SubjectAccessReview", (spec, { authorizer }) => {
    const attempt = attemptOf(spec);
    return { spec, status: authorizer.decide(subjectOf(spec), attempt) };
  }),
  authorization(
    "LocalSubjectAccessReview",
    (spec, { authorizer, namespace }) => {
      const { resourceAttributes, nonResourceAttributes } = spec;
      if (isRecord(nonResourceAttributes)) {
        throw invalid(
          "nonResourceAttributes",
          nonResourceAttributes,
          "disallowed on this kind of request",
        );
      }
      const wanted = record(resourceAttributes).namespace ?? "";
      if (isRecord(resourceAttributes) && wanted !== namespace) {
        throw invalid("resourceAttributes.namespace", wanted, "must match metadata.namespace");
      }
      const attempt = attemptOf(spec);
      return { spec, status: authorizer.decide(subjectOf(spec), attempt) };
    },
    { namespaced: true },
  ),
  authorization("SelfSubjectRulesReview", (spec, { user, authorizer }) => {
    const namespace = text(spec.namespace);
    if (!namespace) throw refuse.badRequest("no namespace on request");
    return { spec: {}, status: rulesStatus(authorizer.rulesFor(user, namespace), user) };
  }),
  {
    group: AUTHENTICATION,
    plural: "selfsubjectreviews",
    kind: "SelfSubjectReview",
    namespaced: false,
    answer: (_spec, { user, now }) => ({
      metadata: { creationTimestamp: `${new Date(now).toISOString().slice(0, 19)}Z` },
      status: { userInfo: userInfo(user) },
    }),
  },
  {
    group: AUTHENTICATION,
    plural: "tokenreviews",
    kind: "TokenReview",
    namespaced: false,
    answer: (spec, { authenticator }) => {
      const token = text(spec.token);
      if (!token) throw refuse.badRequest("token is required for TokenReview in authentication");
      const audiences = texts(spec.audiences);
      const found = authenticator.holderOf(token, audiences.length > 0 ? audiences : undefined);
      return {
        spec,
        status: found
          ? { authenticated: true, user: userInfo(found.user), audiences: found.audiences }
          : { user: {}, error: "invalid bearer token" },
      };
    },
  },
];

/** The review that a path names. */
export const reviewAt = ({ group, version, plural }: ResourcePath): Review | undefined =>
  version === "v1"
    ? REVIEWS.find((review) => review.group === group && review.plural === plural)
    : undefined;

/** Answers a review. @throws StatusError 400, 415, 422 */
export function answerReview(
  review: Review,
  request: { body: Buffer; contentType: string } & Asked,
): Answer {
  const given = parseObject(request.body, request.contentType);
  if (!given) throw refuse.badRequest(unrecognized(review.kind, ""));
  const apiVersion = `${review.group}/v1`;
  const { kind = review.kind, apiVersion: version = apiVersion } = given;
  if (kind !== review.kind || version !== apiVersion) {
    throw refuse.badRequest(
      `${String(kind)} in version "v1" cannot be handled as a ${review.kind}: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)}`,
    );
  }
  const { spec } = given;
  if (spec !== undefined && spec !== null && !isRecord(spec)) {
    throw refuse.badRequest(unrecognized(review.kind, bodyType(request.contentType)));
  }
  const answer = review.answer(record(spec), request);
  return json(201, { kind: review.kind, apiVersion, metadata: {}, ...answer });
}

const unrecognized = (kind: string, why: string): string =>
  `the object provided is unrecognized (must be of type ${kind})${why ? `: it does not decode as ${why}` : ""}`;

const invalid = (field: string, value: unknown, why: string) =>
  refuse.invalid({ group: AUTHORIZATION, kind: "" }, "", [
    {
      reason: "FieldValueInvalid",
      field: `spec.${field}`,
      message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    },
  ]);

/** What the review asks about. @throws StatusError 422 */
function attemptOf({ resourceAttributes, nonResourceAttributes }: JsonRecord): Attempt {
  if (isRecord(resourceAttributes) && isRecord(nonResourceAttributes)) {
    const why = "cannot be specified in combination with resourceAttributes";
    throw invalid("nonResourceAttributes", nonResourceAttributes, why);
  }
  if (isRecord(nonResourceAttributes)) {
    const { verb, path } = nonResourceAttributes;
    return { verb: text(verb), path: text(path) };
  }
  if (!isRecord(resourceAttributes)) {
    const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    throw invalid("resourceAttributes", null, why);
  }
  const { verb, group, resource, subresource, namespace, name } = resourceAttributes;
  return {
    verb: text(verb),
    group: text(group),
    resource: text(resource),
    subresource: text(subresource),
    namespace: text(namespace),
    name: text(name),
  };
}

/** The user that a subject review asks about. @throws StatusError 422 */
function subjectOf({ user, groups, uid, extra }: JsonRecord): User {
  if (!user && texts(groups).length === 0) {
    throw invalid("user", "", "at least one of user or group must be specified");
  }
  return {
    name: text(user),
    groups: texts(groups),
    ...(text(uid) ? { uid: text(uid) } : {}),
    extra: Object.fromEntries(
      Object.entries(record(extra)).map(([key, list]) => [key, texts(list)]),
    ),
  };
}

function rulesStatus(
  { rules, missing }: { rules: readonly PolicyRule[]; missing: readonly string[] },
  user: User,
): JsonRecord {
  const all = ["*"];
  const isMaster = user.groups.includes(MASTERS);
  const resourceRules = rules.filter((rule) => rule.resources.length > 0).map(ruleDocument);
  const pathRules = rules.filter((rule) => rule.nonResourceURLs.length > 0).map(ruleDocument);
  return {
    resourceRules: isMaster
      ? [...resourceRules, { verbs: all, apiGroups: all, resources: all }]
      : resourceRules,
    nonResourceRules: isMaster ? [...pathRules, { verbs: all, nonResourceURLs: all }] : pathRules,
    incomplete: missing.length > 0,
    ...(missing.length > 0 ? { evaluationError: missing.join(", ") } : {}),
  };
}
