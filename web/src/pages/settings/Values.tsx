import { useSearch } from "@tanstack/react-router";

import type { components } from "@/api/schema";
import { type Column, DataTable } from "@/kit/DataTable";
import { SearchField } from "@/kit/SearchField";
import { Select } from "@/kit/Select";
import { useGo } from "@/pages/go";

type ConfigValue = components["schemas"]["ConfigValue"];
type ConfigValues = components["schemas"]["ConfigValues"];

interface Filters {
  search?: string;
  from?: string;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const COLUMNS: readonly Column<ConfigValue>[] = [
  { id: "name", header: "Setting", required: true, width: 16, grow: 2, sort: (one) => one.name, cell: (one) => <span className="num">{one.name}</span> },
  { id: "value", header: "Value", width: 12, grow: 2, cell: (one) => <span className="num" title={shown(one.value)}>{shown(one.value)}</span> },
  { id: "source", header: "Comes from", width: 9, sort: (one) => `${one.source} ${String(one.line ?? 0).padStart(6)}`, cell: (one) => (one.line === null ? one.source : `${one.source}, line ${one.line}`) },
  { id: "about", header: "What it means", width: 20, grow: 4, cell: (one) => <span title={one.about}>{one.about}</span> },
];

const SOURCES = [
  { id: "all", label: "All" },
  { id: "set", label: "All but defaults" },
  { id: "file", label: "The file" },
  { id: "command line", label: "The command line" },
  { id: "environment", label: "The environment" },
  { id: "default", label: "Defaults" },
];

function fits(one: ConfigValue, { search = "", from = "all" }: Filters): boolean {
  const right = from === "all" || (from === "set" ? one.source !== "default" : one.source === from);
  return right && (search === "" || `${one.name} ${one.about}`.toLowerCase().includes(search.toLowerCase()));
}

/** Every setting in a table: filtered by words and by where its value comes from. */
export function Values({ of }: { of: ConfigValues }) {
  const filters: Filters = useSearch({ strict: false });
  const go = useGo();
  const filter = (part: Filters) => go("/settings", { ...filters, ...part }, true);
  return (
    <>
      <p>{of.file === null ? "There is no configuration file: defaults hold, and what the environment and the store say." : <>The file is <code>{of.file}</code>.</>}</p>
      <DataTable
        label="Settings"
        name="settings"
        columns={COLUMNS}
        rows={of.data.filter((one) => fits(one, filters))}
        rowKey={(one) => one.name}
        toolbar={
          <div className="settings-filters">
            <SearchField label="Search settings" main value={filters.search ?? ""} onChange={(search) => filter({ search })} />
            <Select label="From" labelHidden options={SOURCES} value={filters.from ?? "all"} onChange={(from) => filter({ from })} />
          </div>
        }
        empty="No setting fits."
      />
    </>
  );
}
