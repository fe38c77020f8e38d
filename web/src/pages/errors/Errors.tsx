import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useFilters } from "@/address/useFilters";
import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { number } from "@/kit/format";
import { Link } from "@/kit/Link";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { When } from "@/kit/When";
import { Detail } from "@/pages/errors/Detail";
import { FilterBar } from "@/traffic/FilterBar";

type ErrorGroup = components["schemas"]["ErrorGroup"];

const USUAL = "24h";
const EVERY_MS = 10_000;
const FILTERS = ["since", "until", "provider", "deployment", "endpoint", "code", "show"] as const;

function place({ provider, deployment }: ErrorGroup): string {
  return provider === "" ? "the gateway" : `${provider}/${deployment}`;
}

const COLUMNS: Column<ErrorGroup>[] = [
  { id: "pattern", header: "What", cell: ({ pattern, message }) => <span title={message}>{pattern || message}</span>, sort: ({ pattern }) => pattern, width: 16, grow: 5, required: true },
  { id: "code", header: "Code", cell: ({ code }) => <code>{code}</code>, sort: ({ code }) => code, width: 9, grow: 2 },
  { id: "place", header: "Where", cell: place, sort: place, width: 10, grow: 2 },
  { id: "count", header: "Times", cell: ({ count }) => <Num value={count} />, sort: ({ count }) => count, align: "end", width: 5 },
  { id: "saved", header: "Answered anyway", cell: ({ saved }) => <Num value={saved} />, sort: ({ saved }) => saved, align: "end", width: 8.5 },
  { id: "keys", header: "Keys", cell: ({ keys }) => <Num value={keys} />, sort: ({ keys }) => keys, align: "end", width: 4.5, hidden: true },
  { id: "last", header: "Last seen", cell: ({ last_seen }) => <When at={last_seen} relative />, sort: ({ last_seen }) => last_seen, align: "end", width: 7 },
  { id: "first", header: "First seen", cell: ({ first_seen }) => <When at={first_seen} relative />, sort: ({ first_seen }) => first_seen, align: "end", width: 7, hidden: true },
  { id: "endpoint", header: "Endpoint", cell: ({ endpoint }) => endpoint, sort: ({ endpoint }) => endpoint, width: 9, hidden: true },
];

/** Errors in groups of what is alike: the most frequent first, each with what to do and the way to its calls. */
export default function Errors() {
  const [filters, change] = useFilters(FILTERS);
  const { show, code, ...narrow } = filters;
  const query = { since: USUAL, ...narrow, ...(code === undefined ? {} : { code }), limit: 1000 };
  const errors = useQuery({
    queryKey: ["errors", query],
    queryFn: ({ signal }) => given(api.GET("/api/errors", { params: { query }, signal })),
    refetchInterval: filters.until === undefined ? EVERY_MS : false,
    placeholderData: keepPreviousData,
  });
  const others = errors.data?.others ?? 0;
  return (
    <Page title="Errors" lead="What failed, in groups of what is alike; also what failed at one provider and was answered by another.">
      {errors.isError && <ErrorNote error={errors.error} title="The errors could not be loaded." onRetry={() => void errors.refetch()} />}
      <DataTable<ErrorGroup>
        label="Errors"
        name="errors"
        rows={errors.data?.data ?? []}
        columns={COLUMNS}
        rowKey={({ fingerprint }) => fingerprint}
        sort={{ column: "count", direction: "descending" }}
        onOpen={({ fingerprint }) => change({ show: fingerprint })}
        selected={show}
        loading={errors.isPending}
        empty={
          <Empty title="No errors" icon="check" actions={<Link to="/calls" look="normal">Show the calls</Link>}>
            Nothing failed in this time.
          </Empty>
        }
        toolbar={
          <FilterBar
            filters={{ ...narrow, ...(code === undefined ? {} : { error: code }) }}
            onChange={(next) => change("error" in next ? { code: next.error } : next)}
            since={USUAL}
            offered={["provider"]}
          />
        }
      />
      {others > 0 && <p>{number(others)} more were in groups too many to be kept apart.</p>}
      {show !== undefined && <Detail fingerprint={show} since={filters.since ?? USUAL} until={filters.until} onClose={() => change({ show: undefined })} />}
    </Page>
  );
}
