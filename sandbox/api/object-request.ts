import type { ServerResponse } from "node:http";
import type { User } from "./access/user";
import type { WriteOptions } from "./write-options";
import type { Rendering } from "./representation";
import type { ResourcePath } from "./request-path";
import type { Target } from "./type-registry";

/** A request about objects, understood and allowed. */
export interface ObjectRequest {
  readonly method: string;
  readonly target: Target;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly user: User;
  readonly rendering: Rendering;
  readonly guard: NonNullable<WriteOptions["guard"]>;
  readonly contentType: string;
  readonly userAgent: string;
  /** Sent as Warning headers. */
  readonly warnings: string[];
  /** The whole body. @throws StatusError 413 */
  readonly body: () => Promise<Buffer>;
}

/** What a handler answers: a text at once, or a stream that it writes itself. */
export type Answer =
  | { readonly code: number; readonly text: string; readonly contentType?: string }
  | { readonly stream: (response: ServerResponse) => void };

/** An answer with a JSON document. */
export const json = (code: number, document: unknown): Answer => ({
  code,
  text: JSON.stringify(document),
});
