import "@/pages/usage/usage.css";

import { useNavigate } from "@tanstack/react-router";

import { type Filters, useFilters } from "@/address/useFilters";
import { Duration } from "@/kit/Duration";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Loading } from "@/kit/Loading";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { RadioGroup } from "@/kit/RadioGroup";
import { Section } from "@/kit/Section";
import { Charts } from "@/pages/usage/Charts";
import { Groups } from "@/pages/usage/Groups";
import { type Told, USAGE_FILTERS, type UsageFilter, useAnalytics } from "@/pages/usage/useAnalytics";
import { FilterBar } from "@/traffic/FilterBar";

const USUAL = "24h";
const CALLS = "/calls" as string; // the router knows its addresses only at run time
const EVERY_MS = 15_000;
const ALL = "all";
const BY = [
  { id: ALL, label: "All" },
  { id: "provider", label: "Provider" },
  { id: "model", label: "Model" },
  { id: "key", label: "Key" },
  { id: "team", label: "Team" },
];

function Totals({ told: { total, counts } }: { told: Told }) {
  return (
    <Facts
      look="row"
      facts={[
        { term: counts === "calls" ? "Calls" : "Attempts", value: <Num value={total.count} /> },
        { term: "Errors", value: <Num value={total.errors} /> },
        { term: "Error share", value: <Num value={total.count === 0 ? null : (total.errors / total.count) * 100} digits={1} unit="%" /> },
        { term: "Latency p95", value: <Duration ms={total.latency_p95_ms} /> },
        { term: "First token p50", value: <Duration ms={total.first_token_p50_ms} /> },
        { term: "Speed", value: <Num value={total.tokens_per_second} unit="tok/s" /> },
        { term: "Tokens", value: <Num value={total.prompt_tokens + total.completion_tokens} compact /> },
        { term: "Cost", value: <Money usd={total.cost} /> },
      ]}
    />
  );
}

/** The filters without what only this page knows. */
function callFilters({ model, provider, key, team, deployment }: Filters<UsageFilter>): Record<string, string | undefined> {
  return { model, provider, key, team, deployment };
}

/** What was used: how much, how fast, how dear, and what failed; over any time, by what one likes. */
export default function Usage() {
  const [filters, change] = useFilters(USAGE_FILTERS);
  const navigate = useNavigate();
  const usage = useAnalytics(filters, USUAL, EVERY_MS);
  const { by, ...narrow } = filters;
  const open = (search: Record<string, string | undefined>) => {
    const kept = Object.fromEntries(Object.entries({ ...callFilters(filters), ...search }).filter(([, value]) => value !== undefined));
    void navigate({ to: CALLS, search: kept as never });
  };
  const iso = (at: number) => new Date(at).toISOString();
  const name = BY.find(({ id }) => id === by)?.label;
  const told = usage.data;
  return (
    <Page title="Usage" lead="Calls, errors, times, tokens and cost. Open a moment of a chart, or a row, for the calls behind it.">
      <div className="usage__bar">
        <FilterBar filters={narrow} onChange={change} since={USUAL} offered={["model", "provider", "key"]} />
        <RadioGroup label="By" labelHidden look="segments" options={BY} value={by ?? ALL} onChange={(id) => change({ by: id === ALL ? undefined : id })} />
      </div>
      {usage.isPending && <Loading label="Loading usage" height="40rem" />}
      {usage.isError && <ErrorNote error={usage.error} title="Usage could not be loaded." onRetry={() => void usage.refetch()} />}
      {told !== undefined && (
        <>
          <Totals told={told} />
          {told.counts === "attempts" && (
            <p className="usage__note">Attempts are counted here: a call that a fallback saved is one that failed and one that did not.</p>
          )}
          {name !== undefined && (
            <Section title={`By ${name.toLowerCase()}`}>
              <Groups
                told={told}
                by={name}
                onOpen={(value) => open({ [by ?? ""]: value === "*" ? undefined : value, since: filters.since ?? USUAL, until: filters.until })}
              />
            </Section>
          )}
          <Section title="Over time">
            <Charts
              told={told}
              grouped={name !== undefined}
              live={filters.until === undefined}
              onOpen={(from, to, failed) => open({ since: iso(from), until: iso(to), outcome: failed ? "failed,cut" : undefined })}
              onRange={(from, to) => change({ since: iso(from), until: iso(to) })}
            />
          </Section>
        </>
      )}
    </Page>
  );
}
