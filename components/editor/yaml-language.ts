import { languages } from "monaco-editor/esm/vs/editor/editor.api.js";

const ID = "yaml";
/** A key in quotes or plain: what stands before a colon that ends a word. */
const KEY =
  /(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'{}[\],&*!|>%@`:?-][^:#{}[\],\n]*|-\S[^:#\n]*?)(?=\s*:(?:\s|$))/;
const NUMBER =
  /[-+]?(?:\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|\.inf|\.nan)(?=\s*(?:$|[,}\]]|\s#))/i;
const WORD = /(?:true|false|null|~)(?=\s*(?:$|[,}\]]|\s#))/i;

/**
 * Tells Monaco how YAML looks. Its own description would do, but importing that brings every
 * feature of Monaco along, twice the size of all that we use.
 */
export function registerYaml(): void {
  if (languages.getLanguages().some(({ id }) => id === ID)) return;
  languages.register({ id: ID, extensions: [".yaml", ".yml"], aliases: ["YAML"] });
  languages.setLanguageConfiguration(ID, {
    comments: { lineComment: "#" },
    brackets: [
      ["{", "}"],
      ["[", "]"],
    ],
    folding: { offSide: true },
    onEnterRules: [
      { beforeText: /:\s*$/, action: { indentAction: languages.IndentAction.Indent } },
    ],
  });
  languages.setMonarchTokensProvider(ID, {
    tokenPostfix: ".yaml",
    tokenizer: {
      root: [
        [/^(?:---|\.\.\.)(?=\s|$)/, "delimiter"],
        [/^%.*$/, "comment"],
        [/(?:^|\s)#.*$/, "comment"],
        [/[-?](?=\s|$)/, "operators"],
        [KEY, "type"],
        [/:(?=\s|$)/, "operators"],
        [/[|>][-+\d]*(?=\s*(?:#.*)?$)/, "operators", "@blockStart"],
        [/[&*][^\s,{}[\]]+/, "namespace"],
        [/![^\s,{}[\]]*/, "tag"],
        [/"(?:[^"\\]|\\.)*"?/, "string"],
        [/'(?:[^']|'')*'?/, "string"],
        [/[{}[\],]/, "delimiter"],
        [WORD, "keyword"],
        [NUMBER, "number"],
        [/[^\s#,{}[\]:]+/, "string"],
        [/[:#]/, "string"],
      ],
      // The first line of a block text says how far in the text stands.
      blockStart: [
        [/^( *)\S.*$/, { token: "string", switchTo: "@block.$1" }],
        [/#.*$/, "comment"],
      ],
      block: [
        [
          /^( *)\S.*$/,
          { cases: { "$1~$S2 *": "string", "@default": { token: "@rematch", next: "@pop" } } },
        ],
      ],
    },
  });
}
