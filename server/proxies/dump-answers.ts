import { isRecord } from "@/lib/k8s/json-value";
import { type BootstrapFact, bootstrapFacts } from "@/lib/xds/bootstrap-facts";
import { type ClusterRow, clusterRows } from "@/lib/xds/cluster-rows";
import { type ConfigDump, DUMP_SECTIONS, type DumpSection } from "@/lib/xds/config-dump";
import {
  compareDumps,
  type ComparisonOptions,
  type ConfigComparison,
} from "@/lib/xds/diff/config-diff";
import { type EndpointRow, endpointRows } from "@/lib/xds/endpoint-rows";
import { type ExtensionRow, extensionRows } from "@/lib/xds/extension-rows";
import { type ListenerRow, listenerRows } from "@/lib/xds/listener-rows";
import { type ObjectRow, objectRows } from "@/lib/xds/object-rows";
import { type RouteRow, routeRows } from "@/lib/xds/route-rows";
import { type SecretRow, secretRows } from "@/lib/xds/secret-rows";
import type { WalkedRequest } from "@/lib/xds/walk/request";
import { type Walk, walkRequest } from "@/lib/xds/walk/walk";

/** The rows of each table of the explorer. */
export interface ExplorerRows {
  readonly listeners: ListenerRow;
  readonly routes: RouteRow;
  readonly clusters: ClusterRow;
  readonly endpoints: EndpointRow;
  readonly secrets: SecretRow;
  readonly extensions: ExtensionRow;
  readonly objects: ObjectRow;
}

/** A table of the explorer. */
export type ExplorerTable = keyof ExplorerRows;

/** One page of one table. */
export interface ExplorerPage<Row> {
  readonly rows: readonly Row[];
  /** Rows that the filter lets through. */
  readonly matching: number;
  /** Rows of each table, filter aside. */
  readonly counts: Readonly<Record<ExplorerTable, number>>;
}

/** A part of the dump as text, by lines. */
export interface RawPage {
  readonly lines: readonly string[];
  readonly total: number;
  /** The parts that this dump has. */
  readonly sections: readonly DumpSection[];
}

/** What is asked of a dump, or with `other` of two. */
export type DumpQuestion =
  | {
      readonly ask: "table";
      readonly table: ExplorerTable;
      /** Words that a row must all contain, in whatever column; upper and lower case are the same. */
      readonly filter: string;
      readonly offset: number;
      readonly limit: number;
    }
  | {
      readonly ask: "raw";
      readonly section: DumpSection;
      readonly offset: number;
      readonly limit: number;
    }
  | { readonly ask: "whole" }
  | { readonly ask: "bootstrap" }
  | { readonly ask: "walk"; readonly request: WalkedRequest }
  /** What differs in the dump from the other one. */
  | ({ readonly ask: "compare" } & ComparisonOptions);

/** What is answered to each question. */
export interface DumpAnswers {
  readonly table: ExplorerPage<ExplorerRows[ExplorerTable]>;
  readonly raw: RawPage;
  /** All of it, secrets redacted, as Envoy would print it. */
  readonly whole: string;
  readonly bootstrap: readonly BootstrapFact[];
  readonly walk: Walk;
  readonly compare: ConfigComparison;
}

/** A dump that was read, secrets redacted, and what is made of it when it is asked for. */
export class ReadDump {
  private rows: AllRows | undefined;
  private readonly printed = new Map<DumpSection, readonly string[]>();

  /** @param clusters `/clusters?format=json` as Envoy prints it; undefined where nobody asked for it */
  constructor(
    private readonly dump: ConfigDump,
    private readonly clusters: unknown,
  ) {}

  /** @param other the dump to compare with, where the question is for a comparison */
  answer(question: DumpQuestion, other: ReadDump | undefined): DumpAnswers[keyof DumpAnswers] {
    switch (question.ask) {
      case "table":
        return this.page(question);
      case "raw":
        return this.raw(question);
      case "whole":
        return JSON.stringify({ configs: [...this.dump.sections.values()] }, null, 1);
      case "bootstrap":
        return bootstrapFacts(this.dump);
      case "walk":
        return walkRequest(this.dump, endpointRows(this.clusters), question.request);
      case "compare":
        return compareDumps((other ?? this).dump, this.dump, question);
    }
  }

  private page({
    table,
    filter,
    offset,
    limit,
  }: Extract<DumpQuestion, { ask: "table" }>): DumpAnswers["table"] {
    const all = (this.rows ??= allRows(this.dump, this.clusters));
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const rows: readonly ExplorerRows[ExplorerTable][] = all[table];
    const matching = words.length === 0 ? rows : rows.filter((row) => holds(row, words));
    return {
      rows: matching.slice(offset, offset + limit),
      matching: matching.length,
      counts: {
        listeners: all.listeners.length,
        routes: all.routes.length,
        clusters: all.clusters.length,
        endpoints: all.endpoints.length,
        secrets: all.secrets.length,
        extensions: all.extensions.length,
        objects: all.objects.length,
      },
    };
  }

  private raw({ section, offset, limit }: Extract<DumpQuestion, { ask: "raw" }>): RawPage {
    const lines = this.printed.get(section) ?? this.linesOf(section);
    this.printed.set(section, lines);
    return {
      lines: lines.slice(offset, offset + limit),
      total: lines.length,
      sections: DUMP_SECTIONS.filter((name) => this.dump.sections.has(name)),
    };
  }

  private linesOf(section: DumpSection): readonly string[] {
    const part = this.dump.sections.get(section);
    return part ? JSON.stringify(part, null, 2).split("\n") : [];
  }
}

type AllRows = { readonly [Table in ExplorerTable]: readonly ExplorerRows[Table][] };

function allRows(dump: ConfigDump, clusters: unknown): AllRows {
  const rows = {
    listeners: listenerRows(dump),
    routes: routeRows(dump),
    clusters: clusterRows(dump),
  };
  return {
    ...rows,
    endpoints: endpointRows(clusters),
    secrets: secretRows(dump),
    extensions: extensionRows(dump),
    objects: objectRows(dump, rows),
  };
}

function holds(row: object, words: readonly string[]): boolean {
  const text = Object.values(row).map(textOf).join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Objects by the name that people write, `VirtualService bookinfo/reviews`; all else as JSON. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!isRecord(value) || !("kind" in value)) return JSON.stringify(value);
  const { kind, namespace, name } = value;
  return `${String(kind)} ${String(namespace)}/${String(name)}`;
}
