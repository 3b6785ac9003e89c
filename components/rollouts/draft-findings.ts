import type { EditorFinding } from "@/components/editor/editor-finding";
import type { PreflightFinding } from "@/lib/rollout/preflight";
import { ROLLOUT_KIND } from "@/lib/rollout/plan";
import { parsePath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml } from "@/lib/yaml/parse";

const LEVEL = { error: "Error", warning: "Warning", info: "Info" } as const;

/** Findings of a plan at their places in its text, those of the text itself first. */
export function placedFindings(
  text: string,
  findings: readonly PreflightFinding[],
): readonly EditorFinding[] {
  const parsed = parseYaml(text);
  const [document] = parsed.documents;
  const common = {
    aliases: [],
    kind: ROLLOUT_KIND,
    namespace: "",
    name: "",
    related: [],
    docs: undefined,
    fixes: [],
  };
  const unread = parsed.problems.map(({ message, range }): EditorFinding => ({
    ...common,
    ...range,
    rule: "yaml-syntax",
    code: "YAML",
    level: "Error",
    message,
    path: "",
  }));
  if (!document) return unread;
  return [
    ...unread,
    ...findings.map(({ level, code, field, message }): EditorFinding => {
      const path = field === "(root)" ? [] : (parsePath(field) ?? []);
      return {
        ...common,
        ...locate(parsed, document, path).range,
        rule: code,
        code,
        level: LEVEL[level],
        message: `${field} ${message}`,
        path: field,
      };
    }),
  ];
}
