import { AppError } from "@/lib/base/errors";
import { type Millis, seconds } from "@/lib/base/units";

/** For who sets no time of their own. */
const TIMEOUT = seconds(10);
/** Of an answer: three times what one query of the graph has for 10,000 services that call three others each. */
export const MAX_MEGABYTES = 64;

type Form = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A way to a Prometheus. Errors: `unavailable`, `timeout`. */
export interface PrometheusTransport {
  /** Where it is, without credentials. */
  readonly url: string;
  /** How messages name it. */
  readonly host: string;
  post(path: string, form: Form, limits: Limits): Promise<Answer>;
}

/** How long an answer is waited for. */
export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** Undefined: 10 s. */
  readonly within: Millis | undefined;
}

/**
 * The way over HTTP to a URL, which may hold a user and a password.
 *
 * Answers are at most 64 MB, within 10 s unless a query has longer; redirects are not followed, because the URL is the only
 * place that the operator allowed us to ask.
 */
export function httpTransport(url: string): PrometheusTransport {
  const base = baseOf(url);
  return {
    url: base.url.href,
    host: base.url.host,
    post: (path, form, limits) => post(base, path, { form, ...limits }),
  };
}

interface Base {
  /** Ends with a slash, without credentials. */
  readonly url: URL;
  readonly authorization: string | undefined;
}

function baseOf(text: string): Base {
  const url = new URL(text.endsWith("/") ? text : `${text}/`);
  const { username, password } = url;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  const known = username !== "" || password !== "";
  return {
    url,
    authorization: known ? `Basic ${Buffer.from(login).toString("base64")}` : undefined,
  };
}

/** What to do when nothing that answers like Prometheus is there. */
export const REACH_HINT = "Check the URL that --prometheus names, and that Prometheus runs.";

async function post(
  { url, authorization }: Base,
  path: string,
  { form, signal, within = TIMEOUT }: { readonly form: Form } & Limits,
): Promise<Answer> {
  const deadline = AbortSignal.timeout(within);
  try {
    const response = await fetch(new URL(path, url), {
      method: "POST",
      redirect: "manual",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      body: new URLSearchParams(form),
      headers: { accept: "application/json", ...(authorization && { authorization }) },
    });
    return { status: response.status, text: await boundedText(response, url.host) };
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    if (deadline.aborted) {
      throw new AppError(
        "timeout",
        `Prometheus at ${url.host} did not answer within ${within / 1000} s`,
        { cause, hint: "Look at the load of Prometheus, or choose a shorter range." },
      );
    }
    throw new AppError(
      "unavailable",
      `Cannot reach Prometheus at ${url.host}: ${reasonOf(cause)}`,
      {
        cause,
        hint: REACH_HINT,
      },
    );
  }
}

/** fetch says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError)
    return reasonOf(new Error(error.message, { cause: cause.errors[0] }));
  if (cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED") {
    return "nothing listens there";
  }
  return cause instanceof Error && cause.message ? cause.message : error.message;
}

async function boundedText(response: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_MEGABYTES * 1024 * 1024) {
      throw new AppError(
        "unavailable",
        `The answer of Prometheus at ${host} is larger than ${MAX_MEGABYTES} MB`,
        {
          hint: "Have it drop labels that the mesh does not need, such as those of single pods.",
        },
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
