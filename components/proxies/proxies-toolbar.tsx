import { Checkbox } from "@/components/ui/checkbox";
import { CopyButton } from "@/components/ui/copy-button";
import { SearchField } from "@/components/ui/search-field";
import { Segmented } from "@/components/ui/segmented";
import type { TableRow } from "./table-row";
import type { ProxiesState, SetProxiesState } from "./use-proxies-state";

/** Narrows and arranges the table. */
export function ProxiesToolbar({
  state,
  setState,
  rows,
}: {
  state: ProxiesState;
  setState: SetProxiesState;
  rows: readonly TableRow[];
}) {
  const [only] = rows;
  const twin =
    rows.length === 1 && only
      ? `istioctl proxy-status ${only.id} -v 1`
      : "istioctl proxy-status -v 1";
  return (
    <div className="mb-2 flex flex-wrap items-center gap-2">
      <SearchField
        className="min-w-[220px] flex-1"
        label="Filter proxies"
        placeholder="Name, namespace, state, version, istiod"
        mono
        value={state.filter}
        onChange={(filter) => void setState({ filter })}
      />
      <Segmented
        label="Group by"
        options={[
          { value: "cause", label: "By cause" },
          { value: "namespace", label: "Namespace" },
          { value: "flat", label: "Flat" },
        ]}
        value={state.group}
        onChange={(group) => void setState({ group })}
      />
      <Checkbox
        label="Measure configuration"
        checked={state.sizes}
        onChange={(sizes) => void setState({ sizes })}
      />
      <CopyButton text={twin} label="Copy as istioctl" />
    </div>
  );
}
