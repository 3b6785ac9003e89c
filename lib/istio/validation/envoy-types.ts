import { weakMemo } from "@/lib/base/weak-memo";
import types from "./envoy-types.gen.json";

/** A protobuf message that istiod knows. */
export interface EnvoyMessage {
  /** `envoy.config.cluster.v3.Cluster`. */
  readonly name: string;
  /** In the order of their declaration; undefined for a message of which only the name is known here. */
  readonly fields: readonly EnvoyField[] | undefined;
}

export interface EnvoyField {
  /** In protobuf's spelling: `connect_timeout`. */
  readonly name: string;
  /** In JSON's: `connectTimeout`. */
  readonly jsonName: string;
  readonly holds: "one" | "list" | "map";
  /** Whether a zero number, an empty text or a `false` is told from an absent one, as in a choice. */
  readonly isTold: boolean;
  readonly type: EnvoyType;
}

export type EnvoyType =
  | { readonly kind: "scalar"; readonly name: string }
  | { readonly kind: "enum"; readonly name: string; readonly values: ReadonlySet<string> }
  | { readonly kind: "message"; readonly message: EnvoyMessage };

let known: ReadonlyMap<string, EnvoyMessage> | undefined;

/** The message of this name; undefined for one that istiod does not know. */
export function envoyMessage(name: string): EnvoyMessage | undefined {
  known ??= new Map(
    [
      ...types.messages.map(messageAt),
      ...types.others.map((other) => ({ name: other, fields: undefined })),
    ].map((message) => [message.name, message]),
  );
  return known.get(name);
}

const messageAt = weakMemo((declared: readonly [name: string, fields: string]): EnvoyMessage => ({
  name: declared[0],
  get fields() {
    return fieldsOf(declared);
  },
}));

/** Read when they are asked for: a patch touches few of many. */
const fieldsOf = weakMemo(([, fields]: readonly [name: string, fields: string]) =>
  fields === "" ? [] : fields.split(",").map(fieldOf),
);

function fieldOf(declaration: string): EnvoyField {
  const [, name = "", told = "", container = "", type = ""] =
    /^(\w+)(\??):(\[\]|\{\w+\})?(\w+)$/.exec(declaration) ?? [];
  return {
    name,
    jsonName: name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    isTold: told !== "",
    holds: container === "" ? "one" : container === "[]" ? "list" : "map",
    type: typeOf(type),
  };
}

function typeOf(type: string): EnvoyType {
  const [, letter, place] = /^([me])(\d+)$/.exec(type) ?? [];
  const message = letter === "m" ? types.messages[Number(place)] : undefined;
  if (message) return { kind: "message", message: messageAt(message) };
  const declared = letter === "e" ? types.enums[Number(place)] : undefined;
  if (!declared) return { kind: "scalar", name: type };
  return { kind: "enum", name: declared[0], values: new Set(declared[1].split(",")) };
}
