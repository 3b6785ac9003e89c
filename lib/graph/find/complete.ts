import { ATTRIBUTES, attributeOf } from "./attributes";
import { lex } from "./lex";

/** A piece of text that may stand at the caret. */
export interface Completion {
  readonly text: string;
  readonly about: string;
}

/** What to offer, and which part of the text before the caret it takes the place of. */
export interface Completions {
  readonly from: number;
  readonly options: readonly Completion[];
}

const MOST = 8;
const VALUES: Readonly<Record<string, readonly string[]>> = {
  health: ["failing", "degraded", "healthy", "idle", "unknown"],
  kind: ["service", "workload", "gateway", "external", "passthrough", "blackhole", "unknown"],
  protocol: ["http", "grpc", "tcp"],
  reporter: ["source", "destination", "waypoint"],
  is: ["node", "edge"],
};
const CONNECTIVES: readonly Completion[] = [
  { text: "and", about: "both hold" },
  { text: "or", about: "one of them holds" },
];

/**
 * What may come at the end of `text`. `values` knows the values of an attribute in the graph that
 * is shown.
 */
export function complete(
  text: string,
  values: (attribute: string) => readonly string[],
): Completions {
  const tokens = tokensOf(text);
  const last = tokens.at(-1);
  const open = last?.type === "word" && last.end === text.length ? last : undefined;
  const before = open ? tokens.slice(0, -1) : tokens;
  const from = open?.start ?? text.length;
  const typed = open?.text ?? "";
  const [name, operator] = before.slice(-2);
  const fits = (options: readonly Completion[]): Completions => ({
    from,
    options: options
      .filter(
        (option) =>
          option.text.toLowerCase().startsWith(typed.toLowerCase()) && option.text !== typed,
      )
      .slice(0, MOST),
  });

  if (operator?.type === "operator" || before.at(-1)?.type === "operator") {
    const attribute = attributeOf(
      (operator?.type === "operator" ? name : before.at(-2))?.text ?? "",
    );
    const known = attribute ? (VALUES[attribute.name] ?? values(attribute.name)) : [];
    return fits(
      [...new Set(known)].map((value) => ({ text: value, about: attribute?.name ?? "" })),
    );
  }
  const attributes = ATTRIBUTES.map((one) => ({
    text: `${one.name} ${one.type === "text" ? "=" : ">"} `,
    about: one.about,
  }));
  const previous = before.at(-1);
  const complete = previous?.type === "close" || previous?.type === "quoted" || isValue(before);
  return fits(
    complete
      ? [...CONNECTIVES, ...attributes]
      : [...attributes, { text: "not", about: "the opposite" }],
  );
}

const isValue = (tokens: readonly { readonly type: string }[]): boolean =>
  tokens.at(-1)?.type === "word" && tokens.at(-2)?.type === "operator";

function tokensOf(text: string): ReturnType<typeof lex> {
  try {
    return lex(text);
  } catch {
    // A quotation is being typed: nothing to offer within it.
    return [];
  }
}
