import { refuse, type StatusError } from "../status-error";
import type { User } from "./user";

/** What somebody wants to do with objects. */
export interface ResourceAttempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty: all namespaces, or a kind without namespaces. */
  readonly namespace: string;
  readonly name: string;
}

/** What somebody wants to do with a path that is not about objects. */
export interface PathAttempt {
  readonly verb: string;
  readonly path: string;
}

export type Attempt = ResourceAttempt | PathAttempt;

/** The refusal of an attempt, in the words of the API server. */
export function forbidden(user: User, attempt: Attempt, why = ""): StatusError {
  const reason = why ? `: ${why}` : "";
  if ("path" in attempt) {
    const { verb, path } = attempt;
    return refuse.forbidden(
      `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${reason}`,
    );
  }
  const { verb, group, namespace, name } = attempt;
  const resource = attempt.subresource
    ? `${attempt.resource}/${attempt.subresource}`
    : attempt.resource;
  const title = `${group ? `${attempt.resource}.${group}` : attempt.resource}${name ? ` ${JSON.stringify(name)}` : ""}`;
  const where = namespace
    ? `in the namespace ${JSON.stringify(namespace)}`
    : "at the cluster scope";
  return refuse.forbidden(
    `${title} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${where}${reason}`,
    { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: attempt.resource },
  );
}
