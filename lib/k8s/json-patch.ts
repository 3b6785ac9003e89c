import { applyPatch, type Operation, Pointer } from "rfc6902";
import { isRecord, sameJson } from "./json-value";

/** A JSON patch that is malformed, or does not fit the document. */
export class JsonPatchError extends Error {
  override readonly name = "JsonPatchError";

  constructor(
    /** `malformed`: no patch at all. `refused`: a `test` failed or a path does not exist. */
    readonly reason: "malformed" | "refused",
    message: string,
  ) {
    super(message);
  }
}

const OPERATIONS = new Set(["add", "remove", "replace", "move", "copy", "test"]);

/** Reads a JSON patch (RFC 6902). @throws JsonPatchError malformed */
export function parseJsonPatch(value: unknown): readonly Operation[] {
  if (!Array.isArray(value)) throw new JsonPatchError("malformed", "a JSON patch must be a list");
  return value.map((operation: unknown, index) => {
    const fail = (why: string) => new JsonPatchError("malformed", `operation ${index}: ${why}`);
    if (!isRecord(operation)) throw fail("must be an object");
    const { op, path, from } = operation;
    if (typeof op !== "string" || !OPERATIONS.has(op)) throw fail(`no operation ${String(op)}`);
    if (!isPointer(path)) throw fail("path must be a JSON pointer");
    if ((op === "move" || op === "copy") && !isPointer(from)) {
      throw fail("from must be a JSON pointer");
    }
    if (["add", "replace", "test"].includes(op) && operation.value === undefined) {
      throw fail("value is missing");
    }
    return operation as unknown as Operation;
  });
}

const isPointer = (value: unknown): boolean =>
  typeof value === "string" && (value === "" || value.startsWith("/"));

/**
 * Applies a JSON patch and returns the outcome; the document is not changed.
 * @throws JsonPatchError refused, naming the operation that did not fit
 */
export function applyJsonPatch(document: unknown, operations: readonly Operation[]): unknown {
  const root = { document: structuredCloneJson(document) };
  for (const [index, operation] of operations.entries()) {
    const { op, path } = operation;
    const failure =
      operation.op === "test" ? testFailure(root, operation) : applyFailure(root, operation);
    if (failure !== undefined) {
      throw new JsonPatchError("refused", `operation ${index} (${op} ${path}): ${failure}`);
    }
  }
  return root.document;
}

/** Why a change does not fit; `undefined` once it is made. */
const applyFailure = (root: object, operation: Operation): string | undefined =>
  applyPatch(root, [rooted(asKubernetes(root, operation))])[0]?.message;

/** Kubernetes' library takes a `replace` of a field that an object lacks for one that adds it. */
function asKubernetes(root: object, operation: Operation): Operation {
  if (operation.op !== "replace") return operation;
  const pointer = Pointer.fromJSON(`/document${operation.path}`);
  const target = pointer.evaluate(root);
  const parent: unknown = target.parent;
  const value: unknown = target.value;
  const lacks = value === undefined && isRecord(parent) && !Object.hasOwn(parent, target.key);
  return lacks ? { ...operation, op: "add" } : operation;
}

/** Compared here, because the library's own text of a failed test breaks on values without `toString`. */
function testFailure(
  root: object,
  operation: Extract<Operation, { op: "test" }>,
): string | undefined {
  const value: unknown = Pointer.fromJSON(`/document${operation.path}`).get(root);
  if (sameJson(value, operation.value)) return undefined;
  const found = value === undefined ? "nothing" : JSON.stringify(value);
  return `expected ${JSON.stringify(operation.value)}, found ${found}`;
}

/** The operation below `/document`, so that a patch may replace the whole document. */
function rooted(operation: Operation): Operation {
  const path = `/document${operation.path}`;
  const value = "value" in operation ? structuredCloneJson(operation.value) : undefined;
  const moved = "from" in operation ? { from: `/document${operation.from}` } : {};
  return { ...operation, path, ...moved, ...(value === undefined ? {} : { value }) };
}

/** Deep copy of a JSON value. */
function structuredCloneJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneJson);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field, structuredCloneJson(inner)]),
  );
}
