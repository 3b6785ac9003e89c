import type { IncomingMessage } from "node:http";
import { refuse } from "../status-error";
import type { Authorizer } from "./authorizer";
import { accountGroups, accountOf, ANONYMOUS, AUTHENTICATED, type User } from "./user";

const EXTRA = "impersonate-extra-";
const AUTHENTICATION = "authentication.k8s.io";

/** What the headers of a request ask to be taken for. */
interface Wanted {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/**
 * The user that the request is to be handled as: the one that its `Impersonate-*` headers name, if
 * the sender may impersonate each part of him, or else the sender. @throws StatusError 400, 403
 */
export function impersonated(sender: User, request: IncomingMessage, authorizer: Authorizer): User {
  const wanted = wantedUser(request);
  if (!wanted) return sender;
  const { name, uid, groups, extra } = wanted;
  const account = accountOf(name);
  const require = (
    resource: string,
    of: Partial<Record<"group" | "name" | "namespace" | "subresource", string>>,
  ) =>
    authorizer.authorize(sender, {
      verb: "impersonate",
      group: "",
      subresource: "",
      namespace: "",
      name: "",
      ...of,
      resource,
    });
  if (account) require("serviceaccounts", account);
  else require("users", { name });
  for (const group of groups) require("groups", { name: group });
  if (uid) require("uids", { name: uid, group: AUTHENTICATION });
  for (const [key, values] of extra) {
    for (const value of values) {
      require("userextras", { name: value, group: AUTHENTICATION, subresource: key });
    }
  }
  return {
    name,
    groups: completed(
      name,
      groups.length > 0 || !account ? groups : accountGroups(account.namespace),
    ),
    ...(uid ? { uid } : {}),
    ...(extra.size > 0 ? { extra: Object.fromEntries(extra) } : {}),
  };
}

/** Whoever is not anonymous is authenticated, and never both. */
function completed(name: string, groups: readonly string[]): readonly string[] {
  const added = name === ANONYMOUS.name ? ANONYMOUS.groups : [AUTHENTICATED];
  return [...groups, ...added.filter((group) => !groups.includes(group))];
}

function wantedUser({ headersDistinct }: IncomingMessage): Wanted | undefined {
  const only = (header: string): string => headersDistinct[header]?.[0] ?? "";
  const name = only("impersonate-user");
  const uid = only("impersonate-uid");
  const groups = headersDistinct["impersonate-group"] ?? [];
  const extra = new Map(
    Object.entries(headersDistinct)
      .filter(([header]) => header.startsWith(EXTRA))
      .map(([header, values = []]) => [unescaped(header.slice(EXTRA.length)), values] as const),
  );
  if (name) return { name, uid, groups, extra };
  if (!uid && groups.length === 0 && extra.size === 0) return undefined;
  throw refuse.badRequest("requested impersonation without impersonating a user name");
}

/** Keys are escaped as in URLs; what is not is taken as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text).toLowerCase();
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
