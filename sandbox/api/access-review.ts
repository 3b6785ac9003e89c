import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { isAllowed, type User } from "./access";
import { type Answer, json } from "./object-request";
import { parseObject } from "./request-body";
import { refuse } from "./status-error";

/** A kind that is only ever created, and answered at once. */
interface Review {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly answer: (spec: JsonRecord, user: User) => JsonRecord;
}

const everything = ["*"];

/** The reviews that anybody may ask for, about himself. */
export const REVIEWS: readonly Review[] = [
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectaccessreviews",
    kind: "SelfSubjectAccessReview",
    answer: (spec, user) => {
      if (!isRecord(spec.resourceAttributes) === !isRecord(spec.nonResourceAttributes)) {
        throw refuse.invalid(
          { group: "authorization.k8s.io", kind: "SelfSubjectAccessReview" },
          "",
          [
            {
              reason: "FieldValueInvalid",
              field: "spec.resourceAttributes",
              message:
                "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
            },
          ],
        );
      }
      return { allowed: isAllowed(user) };
    },
  },
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectrulesreviews",
    kind: "SelfSubjectRulesReview",
    answer: (_spec, user) => ({
      resourceRules: isAllowed(user)
        ? [{ verbs: everything, apiGroups: everything, resources: everything }]
        : [],
      nonResourceRules: isAllowed(user) ? [{ verbs: everything, nonResourceURLs: everything }] : [],
      incomplete: false,
    }),
  },
  {
    group: "authentication.k8s.io",
    plural: "selfsubjectreviews",
    kind: "SelfSubjectReview",
    answer: (_spec, user) => ({ userInfo: { username: user.name, groups: user.groups } }),
  },
];

/** The review that a path names. */
export const reviewAt = (group: string, version: string, plural: string): Review | undefined =>
  version === "v1"
    ? REVIEWS.find((review) => review.group === group && review.plural === plural)
    : undefined;

/** Answers a review. @throws StatusError 400, 415, 422 */
export function answerReview(
  review: Review,
  request: { body: Buffer; contentType: string; user: User },
): Answer {
  const given = parseObject(request.body, request.contentType) ?? {};
  const apiVersion = `${review.group}/v1`;
  if (given.kind !== review.kind || given.apiVersion !== apiVersion) {
    throw refuse.badRequest(`the body must be a ${review.kind} of ${apiVersion}`);
  }
  const spec = isRecord(given.spec) ? given.spec : {};
  return json(201, {
    kind: review.kind,
    apiVersion,
    metadata: { creationTimestamp: null },
    ...(review.kind === "SelfSubjectReview" ? {} : { spec }),
    status: review.answer(spec, request.user),
  });
}
