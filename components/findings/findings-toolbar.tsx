import { Download } from "lucide-react";
import { useNamespaceScope } from "@/components/layout/use-namespace-scope";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { formatNumber } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { Popover } from "@/components/ui/popover";
import { SearchField } from "@/components/ui/search-field";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { countLevels } from "@/lib/analysis/finding";
import type { FindingList, FindingRow } from "@/server/config/finding-list";
import { LEVEL_WORDS, LEVELS } from "./level-words";
import type { FindingsState, SetFindingsState } from "./use-findings-state";

const GROUPS = [
  { value: "rule", label: "Rule" },
  { value: "object", label: "Object" },
  { value: "namespace", label: "Namespace" },
  { value: "team", label: "Team" },
  { value: "flat", label: "Nothing" },
] as const;

/** Narrows, arranges and takes away the list. */
export function FindingsToolbar({
  state,
  setState,
  list,
  rows,
}: {
  state: FindingsState;
  setState: SetFindingsState;
  list: FindingList;
  rows: readonly FindingRow[];
}) {
  const { errors, warnings, infos } = list.summary;
  const aside = countLevels(list.suppressed);
  const counts = state.suppressed
    ? { Error: aside.errors, Warning: aside.warnings, Info: aside.infos }
    : { Error: errors, Warning: warnings, Info: infos };
  const total = state.suppressed ? list.suppressedTotal : list.total;
  return (
    <div className="mb-2 flex flex-wrap items-center gap-2">
      <SearchField
        className="min-w-[220px] flex-1"
        label="Filter findings"
        placeholder="Code, object, field, words of the message, team"
        mono
        value={state.filter}
        onChange={(filter) => void setState({ filter })}
      />
      <Segmented
        label="Level"
        options={[
          { value: "all", label: `All ${formatNumber(total)}` },
          ...LEVELS.map((level) => ({
            value: level,
            label: (
              <>
                <StatusGlyph
                  status={LEVEL_WORDS[level].status}
                  size={12}
                  label={`Only ${LEVEL_WORDS[level].many}:`}
                />{" "}
                {formatNumber(counts[level])}
              </>
            ),
          })),
        ]}
        value={state.level ?? "all"}
        onChange={(level) => void setState({ level: level === "all" ? null : level })}
      />
      <label className="flex items-center gap-1.5 text-xs text-ink-2">
        Group by
        <Select
          options={GROUPS}
          value={state.group}
          onChange={(group) => void setState({ group })}
        />
      </label>
      {list.suppressedTotal > 0 || state.suppressed ? (
        <Button
          aria-pressed={state.suppressed}
          onClick={() => void setState({ suppressed: !state.suppressed, finding: null })}
        >
          Suppressed {formatNumber(list.suppressedTotal)}
        </Button>
      ) : null}
      {state.objects.length > 0 ? (
        <Button size="small" onClick={() => void setState({ objects: null })}>
          Only {state.objects.length === 1 ? state.objects[0] : `${state.objects.length} objects`}:
          clear
        </Button>
      ) : null}
      {state.rule !== null ? (
        <Button size="small" onClick={() => void setState({ rule: null })}>
          Only {list.titles[state.rule] ?? state.rule}: clear
        </Button>
      ) : null}
      <ExportMenu rows={rows} />
    </div>
  );
}

/** The whole list as files, and the same from the command line. */
function ExportMenu({ rows }: { rows: readonly FindingRow[] }) {
  const scope = useNamespaceScope();
  const hrefOf = (format: string) => {
    const query = new URLSearchParams({ format });
    for (const namespace of scope) query.append("namespace", namespace);
    return `/api/v1/findings?${query.toString()}`;
  };
  const one = scope.length === 1 ? ` -n ${scope[0] ?? ""}` : " -A";
  return (
    <Popover
      label="Export findings"
      trigger={
        <Button icon={<Icon of={Download} />} aria-label="Export findings">
          Export
        </Button>
      }
    >
      <div className="grid gap-2">
        <p className="qd-note m-0">
          All findings of this scope; the filter, which leaves {formatNumber(rows.length)}, does not
          count.
        </p>
        <div className="flex flex-wrap gap-2">
          {["json", "sarif", "csv"].map((format) => (
            <a
              key={format}
              className="qd-button"
              data-variant="default"
              data-size="default"
              href={hrefOf(format)}
              download={`findings.${format}`}
            >
              Save {format.toUpperCase()}
            </a>
          ))}
        </div>
        <CopyButton text={`istioctl analyze${one}`} label="Copy the istioctl twin" />
      </div>
    </Popover>
  );
}
