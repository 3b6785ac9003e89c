/** Who sends a request, as `authentication.k8s.io` describes users. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Members of this group may do anything, whatever the roles say. */
export const MASTERS = "system:masters";
export const AUTHENTICATED = "system:authenticated";
const UNAUTHENTICATED = "system:unauthenticated";

/** A request without credentials. */
export const ANONYMOUS: User = { name: "system:anonymous", groups: [UNAUTHENTICATED] };

const ACCOUNT_PREFIX = "system:serviceaccount:";

/** `system:serviceaccount:NAMESPACE:NAME`. */
export const accountUserName = (namespace: string, name: string): string =>
  `${ACCOUNT_PREFIX}${namespace}:${name}`;

/** The groups of every ServiceAccount of a namespace. */
export const accountGroups = (namespace: string): readonly string[] => [
  "system:serviceaccounts",
  `system:serviceaccounts:${namespace}`,
];

/** The ServiceAccount that a user name stands for; undefined for any other user. */
export function accountOf(userName: string): { namespace: string; name: string } | undefined {
  if (!userName.startsWith(ACCOUNT_PREFIX)) return undefined;
  const [namespace = "", name = "", ...rest] = userName.slice(ACCOUNT_PREFIX.length).split(":");
  return namespace && name && rest.length === 0 ? { namespace, name } : undefined;
}

/** The user as `status.userInfo` of a review and a token review's `status.user` show him. */
export const userInfo = ({
  name,
  uid,
  groups,
  extra,
}: User): Readonly<Record<string, unknown>> => ({
  username: name,
  ...(uid ? { uid } : {}),
  ...(groups.length > 0 ? { groups } : {}),
  ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
});
