import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";

/** The claim at a path of names; undefined where there is none. */
export function claimAt(claims: JsonRecord | undefined, names: readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of names) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** The texts of a claim, which may be a text or a list of them. */
function claimTexts(claim: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.filter((value) => typeof value === "string");
}

/** Claims whose text is a list of words. */
const SPACE_DELIMITED: ReadonlySet<string> = new Set(["scope", "permission"]);

/** The texts of a claim by its path, words of a list of words each by itself. */
export function textsOfClaim(
  claims: JsonRecord | undefined,
  names: readonly string[],
): readonly string[] {
  const texts = claimTexts(claimAt(claims, names));
  const [name = ""] = names;
  return names.length === 1 && SPACE_DELIMITED.has(name)
    ? texts.flatMap((text) => text.split(" ").filter(Boolean))
    : texts;
}
