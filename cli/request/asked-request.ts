import { z } from "zod";
import { CommandError } from "@/cli/command";

const headers = z.record(z.string(), z.string());
const whole = z.number().int().nonnegative();

/** What the application would answer. */
const upstream = z.object({
  status: z.number().int().min(100).max(599).optional(),
  delayMs: z.number().nonnegative().optional(),
  /** Below this try it answers `failStatus`. */
  failUntil: whole.optional(),
  failStatus: z.number().int().min(100).max(599).optional(),
});

const askedRequest = z.object({
  from: z.string(),
  url: z.string(),
  method: z.string().optional(),
  host: z.string().optional(),
  headers: headers.optional(),
  tcp: z.boolean().optional(),
  n: z.number().int().positive().optional(),
  upstream: upstream.optional(),
});

/** A request of which somebody asks what would become of it. */
export type AskedRequest = z.infer<typeof askedRequest>;

/** Reads the requests of a file. @throws CommandError */
export function askedRequests(text: string, file: string): readonly AskedRequest[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${file}: is no JSON: ${error instanceof Error ? error.message : ""}`);
  }
  const parsed = z.array(askedRequest).safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = (issue?.path ?? []).map((step) => `[${JSON.stringify(step)}]`).join("");
  throw new CommandError(`${file}: ${place || "the file"}: ${issue?.message ?? "is wrong"}`);
}

/** Where a URL leads. */
export interface Target {
  readonly scheme: "http" | "https" | "tcp";
  /** Without brackets around an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** What the Host header says where nobody sets it. */
  readonly authority: string;
  /** With the query, as it was written: no client of a mesh tidies it up. */
  readonly path: string;
}

const URL_PATTERN =
  /^(http|https|tcp):\/\/(\[[0-9a-f:.]+\]|[^/?#:]+)(?::(\d{1,5}))?([/?][^#]*)?(#.*)?$/i;
const DEFAULT_PORTS = { http: 80, https: 443, tcp: 0 } as const;

/** Reads a URL. @throws CommandError */
export function targetOf(url: string): Target {
  const match = URL_PATTERN.exec(url);
  const [, scheme = "", host = "", digits, rest = "/"] = match ?? [];
  const lower = scheme.toLowerCase();
  if (!match || (lower !== "http" && lower !== "https" && lower !== "tcp")) {
    throw new CommandError(`'${url}' is no URL: write http://HOST[:PORT]/PATH, https:// or tcp://`);
  }
  const port = digits === undefined ? DEFAULT_PORTS[lower] : Number(digits);
  if (port < 1 || port > 65_535) throw new CommandError(`'${url}' names no port`);
  return {
    scheme: lower,
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port,
    authority: digits === undefined || port === DEFAULT_PORTS[lower] ? host : `${host}:${port}`,
    path: rest.startsWith("/") ? rest : `/${rest}`,
  };
}
