const NO_ROLES =
  "the sandbox knows one user with all rights and holds no Roles, bindings or tokens of accounts";
const NO_WEBHOOK = "the sandbox does not run istiod's validation yet";

/** What the sandbox does otherwise than a real API server, and why, by the behaviour's key. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  "istiod's webhook: refuses what istiod refuses, in its words": NO_WEBHOOK,
  "istiod's webhook: warns of what istiod warns of": NO_WEBHOOK,
  "roles: a token request answers with a token and when it ends": NO_ROLES,
  "roles: an account without a role may nothing": NO_ROLES,
  "roles: a Role allows what it names": NO_ROLES,
  "roles: a Role does not allow other verbs, kinds or namespaces": NO_ROLES,
  "roles: an account is told who it is": NO_ROLES,
  "roles: an account may not impersonate": NO_ROLES,
  "roles: a token review knows a token of an account, and refuses another": NO_ROLES,
  "roles: a subject access review follows the roles": NO_ROLES,
  "roles: a local subject access review answers for its namespace": NO_ROLES,
};
