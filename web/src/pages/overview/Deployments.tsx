import type { components } from "@/api/schema";
import { type Column, DataTable } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { ErrorNote } from "@/kit/ErrorNote";
import { Link } from "@/kit/Link";
import { Num } from "@/kit/Num";
import { Status, type StatusProps } from "@/kit/Status";
import { useHealth } from "@/pages/overview/useOverview";

type Health = components["schemas"]["DeploymentHealth"];

const STATES: Record<Health["state"], { tone: StatusProps["tone"]; word: string }> = {
  closed: { tone: "ok", word: "healthy" },
  open: { tone: "error", word: "open: no calls go there" },
  half_open: { tone: "warn", word: "being tried" },
  recovering: { tone: "warn", word: "recovering" },
};

const COLUMNS: Column<Health>[] = [
  {
    id: "deployment",
    header: "Deployment",
    cell: ({ deployment, provider }) => (
      <Link to={`/providers/${encodeURIComponent(provider)}`} look="plain">
        {deployment}
      </Link>
    ),
    sort: ({ deployment }) => deployment,
    width: 12,
    grow: 2,
    required: true,
  },
  {
    id: "state",
    header: "State",
    cell: ({ state, reason }) => (
      <span title={reason}>
        <Status tone={STATES[state].tone}>{STATES[state].word}</Status>
        {reason !== "" && ` · ${reason}`}
      </span>
    ),
    sort: ({ state }) => state,
    width: 12,
    grow: 3,
  },
  { id: "calls", header: "Under way", cell: ({ in_flight }) => <Num value={in_flight} />, sort: ({ in_flight }) => in_flight, align: "end", width: 6 },
  { id: "first", header: "First token p50", cell: ({ first_token_p50_ms: ms }) => <Duration ms={ms} />, sort: ({ first_token_p50_ms: ms }) => ms, align: "end", width: 8 },
  { id: "p95", header: "p95", cell: ({ first_token_p95_ms: ms }) => <Duration ms={ms} />, sort: ({ first_token_p95_ms: ms }) => ms, align: "end", width: 6 },
  { id: "speed", header: "Tokens/s", cell: ({ tokens_per_second }) => <Num value={tokens_per_second} digits={1} />, sort: ({ tokens_per_second }) => tokens_per_second, align: "end", width: 6 },
  { id: "errors", header: "Errors", cell: ({ error_rate }) => <Num value={error_rate === null ? null : error_rate * 100} digits={1} unit="%" />, sort: ({ error_rate }) => error_rate, align: "end", width: 6 },
];

/** How every provider's models are doing right now. */
export function Deployments() {
  const health = useHealth();
  if (health.isError) return <ErrorNote error={health.error} title="Their state could not be loaded." onRetry={() => void health.refetch()} />;
  return (
    <DataTable<Health>
      label="Deployments"
      name="deployments"
      rows={health.data?.data ?? []}
      columns={COLUMNS}
      rowKey={({ deployment }) => deployment}
      loading={health.isPending}
      empty="No deployment was called yet."
    />
  );
}
