import { AppError } from "@/lib/base/errors";
import { compareIncidents, type Incident } from "./incident";

/** One place where trouble shows. */
export interface IncidentSource {
  /** What it looks at, as the middle of a sentence: `traffic`, `sync states of proxies`. */
  readonly subject: string;
  /** The id of an incident that says already why this cannot be looked at. */
  readonly toldBy?: string;
  readonly read: () => Promise<readonly Incident[]>;
}

/** Something that could not be looked at. */
export interface Gap {
  readonly subject: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** What needs somebody, and what could not be looked at. */
export interface Incidents {
  /** Worst first. */
  readonly incidents: readonly Incident[];
  readonly gaps: readonly Gap[];
}

/** Reads all sources at once. One that fails leaves a gap that is told, and the others count. */
export async function collectIncidents(sources: readonly IncidentSource[]): Promise<Incidents> {
  const results = await Promise.all(
    sources.map(async ({ subject, toldBy, read }) => {
      try {
        return { incidents: await read(), gap: undefined, toldBy };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const { message, hint } = error;
        return { incidents: [], gap: { subject, message, hint }, toldBy };
      }
    }),
  );
  const incidents = results.flatMap(({ incidents }) => incidents).toSorted(compareIncidents);
  const told = new Set<string | undefined>(incidents.map(({ id }) => id));
  return {
    incidents,
    gaps: results.flatMap(({ gap, toldBy }) => (gap && !told.has(toldBy) ? [gap] : [])),
  };
}
