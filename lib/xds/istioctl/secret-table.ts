import type { Instant } from "@/lib/base/units";
import { isValidAt, type SecretRow } from "../secret-rows";
import type { TextTable } from "./text-table";

const COLUMNS = [
  "RESOURCE NAME",
  "TYPE",
  "STATUS",
  "VALID CERT",
  "SERIAL NUMBER",
  "NOT AFTER",
  "NOT BEFORE",
];

/**
 * The table of `istioctl proxy-config secret` at `now`. Trust domains are told where every row has
 * one, as it is under federation. With `named`, that of `istioctl proxy-config all`.
 */
export function secretTable(secrets: readonly SecretRow[], now: Instant, named = false): TextTable {
  const isFederated = secrets.length > 0 && secrets.every(({ trustDomain }) => trustDomain !== "");
  return {
    columns: isFederated ? [...COLUMNS, "TRUST DOMAIN"] : COLUMNS,
    rows: secrets.map((secret) => [
      named ? `secret/${secret.name}` : secret.name,
      secret.type,
      secret.state.toUpperCase(),
      String(isValidAt(secret, now)),
      secret.serial,
      dateText(secret.notAfter),
      dateText(secret.notBefore),
      ...(isFederated ? [secret.trustDomain] : []),
    ]),
  };
}

/** RFC 3339 in whole seconds. */
const dateText = (at: Instant | undefined): string =>
  at === undefined ? "" : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
