import "@/traffic/FilterBar.css";

import { useQuery } from "@tanstack/react-query";

import type { FilterChange, Filters } from "@/address/useFilters";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Select } from "@/kit/Select";
import { TimeRange } from "@/kit/TimeRange";
import type { CallFilter } from "@/traffic/callFilters";

interface FilterBarProps {
  filters: Filters<CallFilter>;
  onChange: (change: FilterChange<CallFilter>) => void;
  /** The age that is shown when the address has no time. */
  since: string;
  /** Which of the filters are offered as lists; others are shown when the address has them, to be taken away. */
  offered: readonly ("model" | "provider" | "key" | "outcome")[];
}

const ALL = "";
const OUTCOMES = [
  { id: "failed,cut", label: "failed or cut" },
  ...["ok", "failed", "cut", "refused", "abandoned"].map((id) => ({ id, label: id })),
];
const WORDS: Record<string, string> = { deployment: "Deployment", endpoint: "Endpoint", error: "Error", cache: "Cache", team: "Team", user: "User", model: "Model", provider: "Provider", key: "Key", outcome: "Outcome" };
const EVERY = { model: "All models", provider: "All providers", key: "All keys", outcome: "All outcomes" };

function useChoices() {
  const models = useQuery({ queryKey: ["models"], queryFn: () => given(api.GET("/api/models")) });
  const providers = useQuery({ queryKey: ["providers"], queryFn: () => given(api.GET("/api/providers")) });
  const keys = useQuery({ queryKey: ["keys"], queryFn: () => given(api.GET("/api/keys")) });
  return {
    model: (models.data?.data ?? []).map(({ name }) => ({ id: name, label: name })),
    provider: (providers.data?.data ?? []).map(({ name }) => ({ id: name, label: name })),
    key: (keys.data?.data ?? []).map(({ id, name }) => ({ id, label: name })),
    outcome: OUTCOMES,
  };
}

/** What a view of calls is narrowed to: the time, and one of each of what it is narrowed by. */
export function FilterBar({ filters, onChange, since, offered }: FilterBarProps) {
  const choices = useChoices();
  const others = Object.entries(filters).filter(
    ([name]) => name !== "since" && name !== "until" && !(offered as readonly string[]).includes(name),
  );
  const options = (name: keyof typeof EVERY) => {
    const value = filters[name];
    const known = value === undefined || choices[name].some(({ id }) => id === value);
    return [{ id: ALL, label: EVERY[name] }, ...choices[name], ...(known ? [] : [{ id: value, label: value }])];
  };
  return (
    <div className="filter-bar" role="group" aria-label="Narrow down">
      <TimeRange
        value={{ since: filters.since ?? since, until: filters.until }}
        onChange={(span) => onChange({ since: span.since, until: span.until })}
      />
      {offered.map((name) => (
        <Select
          key={name}
          label={WORDS[name] ?? name}
          labelHidden
          options={options(name)}
          value={filters[name] ?? ALL}
          onChange={(id) => onChange({ [name]: id })}
        />
      ))}
      {others.map(([name, value]) => (
        <Button key={name} size="sm" icon="close" onPress={() => onChange({ [name]: undefined })} aria-label={`${WORDS[name] ?? name} ${value}: show all again`}>
          {WORDS[name] ?? name}: {value}
        </Button>
      ))}
    </div>
  );
}
