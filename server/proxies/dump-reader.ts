import { AppError } from "@/lib/base/errors";
import { readEnvoyClusters, readEnvoyDump } from "../envoy/envoy-answers";
import { type IstiodDumpOf, readIstiodDump } from "../istiod/istiod-answers";
import { type DumpAnswers, type DumpQuestion, ReadDump } from "./dump-answers";

/** A dump as it came, with its secrets: it is read where it is held, and kept nowhere else. */
export type DumpTexts =
  | {
      readonly from: "envoy";
      readonly pod: string;
      readonly dump: string;
      /** `/clusters?format=json` */
      readonly clusters: string;
    }
  | ({ readonly from: "istiod"; readonly dump: string } & IstiodDumpOf);

/** Which of the dumps that are held. */
export type DumpId = number;

/** Reads dumps, holds what it read, and answers questions about it. */
export interface DumpReader {
  /** @throws AppError when the texts are no dump */
  hold(texts: DumpTexts): Promise<DumpId>;
  /** @throws AppError `expired` when a dump is not held any more */
  ask<Ask extends keyof DumpAnswers>(
    id: DumpId,
    question: Extract<DumpQuestion, { ask: Ask }>,
    other?: DumpId,
  ): Promise<DumpAnswers[Ask]>;
  drop(id: DumpId): void;
  /** Lets go of all. */
  close(): void;
}

/** Reads texts and holds what they say, in whichever thread this runs. */
export class HeldDumps {
  private readonly held = new Map<DumpId, ReadDump>();

  get size(): number {
    return this.held.size;
  }

  hold(id: DumpId, texts: DumpTexts): void {
    this.held.set(
      id,
      texts.from === "envoy"
        ? new ReadDump(
            readEnvoyDump(texts.pod, texts.dump),
            readEnvoyClusters(texts.pod, texts.clusters),
          )
        : new ReadDump(readIstiodDump(texts, texts.dump), undefined),
    );
  }

  ask(id: DumpId, question: DumpQuestion, other: DumpId | undefined): unknown {
    return this.one(id).answer(question, other === undefined ? undefined : this.one(other));
  }

  drop(id: DumpId): void {
    this.held.delete(id);
  }

  private one(id: DumpId): ReadDump {
    const found = this.held.get(id);
    if (found) return found;
    throw new AppError("expired", "This dump is not held any more", { hint: "Ask again." });
  }
}

/** Reads dumps in this thread: for programs that have nothing else to do meanwhile. */
export function readerInThisThread(): DumpReader {
  const dumps = new HeldDumps();
  let last = 0;
  return {
    hold(texts) {
      last += 1;
      const id = last;
      return Promise.resolve().then(() => {
        dumps.hold(id, texts);
        return id;
      });
    },
    ask: <Ask extends keyof DumpAnswers>(id: DumpId, question: DumpQuestion, other?: DumpId) =>
      Promise.resolve().then(() => dumps.ask(id, question, other) as DumpAnswers[Ask]),
    drop: (id) => dumps.drop(id),
    close: () => undefined,
  };
}
