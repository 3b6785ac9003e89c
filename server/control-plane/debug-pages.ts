import { AppError } from "@/lib/base/errors";
import { between, type Instant, seconds } from "@/lib/base/units";
import { type DebugPath, debugPath, type DebugQuestion } from "@/lib/xds/debug/pages";
import { debugTable } from "@/lib/xds/debug/shapes";
import type { DebugTable } from "@/lib/xds/debug/table";
import type { Istiod, IstiodPod } from "../istiod/istiod-client";
import type { Clock } from "../ports";

/** What one istiod answered, secrets redacted. */
interface Answer {
  readonly istiod: IstiodPod;
  readonly at: Instant;
  readonly value: unknown;
}

/** A debug page to read: rows that contain `find`, and the first lines of its JSON. */
export interface DebugReading {
  readonly istiod: string;
  readonly at: Instant;
  /** The path that was asked. */
  readonly path: string;
  readonly table: DebugTable;
  /** Rows that contain what was looked for, and all of them; `table` has the first of the former. */
  readonly found: number;
  readonly total: number;
  readonly text: string;
  readonly lines: number;
}

/** istiod's debug pages, shared by all who look at the same one. */
export interface DebugPages {
  /** Who is asked: one istiod by name, or without a name each in turn until one knows the proxy. */
  read(wish: DebugWish, find: string): Promise<DebugReading>;
  /** All of the JSON, to keep as a file. */
  download(wish: DebugWish): Promise<{ readonly name: string; readonly text: string }>;
  close(): void;
}

/** A question, and those that it may be put to. */
export interface DebugWish {
  readonly question: DebugQuestion;
  /** The istiods that run. */
  readonly pods: readonly IstiodPod[];
  readonly istiod: string | undefined;
}

/** Filtering and turning to the raw text within this time costs istiod nothing. */
const FRESH = seconds(5);
const KEPT_FOR = seconds(30);
/** Answers of large meshes are tens of megabytes: only what is looked at is kept. */
const MAX_KEPT = 4;
const MAX_ROWS = 500;
const MAX_LINES = 1000;

interface Kept {
  readonly askedAt: Instant;
  readonly answer: Promise<Answer>;
}

/** Asks each istiod for the same page at most once in five seconds, whoever and however many look. */
export function debugPages({ istiod, clock }: { istiod: Istiod; clock: Clock }): DebugPages {
  const stop = new AbortController();
  const kept = new Map<string, Kept>();

  function ask(pod: IstiodPod, path: DebugPath): Promise<Answer> {
    const now = clock.now();
    for (const [key, { askedAt }] of kept) {
      if (between(askedAt, now) > KEPT_FOR || kept.size > MAX_KEPT) kept.delete(key);
    }
    const key = `${pod.namespace}/${pod.name}${path}`;
    const known = kept.get(key);
    if (known && between(known.askedAt, now) < FRESH) return known.answer;
    const answer = istiod
      .debugPage(pod, path, stop.signal)
      .then((value) => ({ istiod: pod, at: clock.now(), value }));
    kept.set(key, { askedAt: now, answer });
    // A failure is told to those who asked; the next one asks again.
    answer.catch(() => kept.delete(key));
    return answer;
  }

  async function answerTo(wish: DebugWish): Promise<Answer & { readonly path: DebugPath }> {
    const path = debugPath(wish.question);
    const asked = wish.pods.filter(({ name }) => wish.istiod === undefined || name === wish.istiod);
    if (asked.length === 0) throw nobody(wish);
    let last: unknown;
    for (const pod of asked) {
      try {
        return { ...(await ask(pod, path)), path };
      } catch (error) {
        last = error;
        // Another replica may be up, or hold the connection of this proxy; what is refused to us is
        // refused everywhere.
        if (!(error instanceof AppError) || error.code === "forbidden") throw error;
      }
    }
    throw last;
  }

  return {
    async read(wish, find) {
      const { istiod: pod, at, path, value } = await answerTo(wish);
      const { columns, rows } = debugTable(wish.question.page, value);
      const words = find.toLowerCase().split(/\s+/).filter(Boolean);
      const found = rows.filter((row) => {
        const text = row.join(" ").toLowerCase();
        return words.every((word) => text.includes(word));
      });
      const lines = jsonText(value).split("\n");
      return {
        ...{ istiod: pod.name, at, path, found: found.length, total: rows.length },
        table: { columns, rows: found.slice(0, MAX_ROWS) },
        text: lines.slice(0, MAX_LINES).join("\n"),
        lines: lines.length,
      };
    },
    async download(wish) {
      const { istiod: pod, value } = await answerTo(wish);
      return { name: `${pod.name}-${wish.question.page}.json`, text: jsonText(value) };
    },
    close() {
      stop.abort(new Error("the server stops"));
      kept.clear();
    },
  };
}

const jsonText = (value: unknown): string => JSON.stringify(value, null, 2);

function nobody({ istiod, pods }: DebugWish): AppError {
  if (istiod === undefined || pods.length === 0) {
    return new AppError("unavailable", "No istiod runs in this cluster", {
      hint: "Look at the pods with the label app=istiod.",
    });
  }
  return new AppError("not-found", `${istiod} does not run any more`, {
    hint: `Choose another istiod: ${pods.map(({ name }) => name).join(", ")}.`,
  });
}
