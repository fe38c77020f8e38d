import "@/pages/providers/providers.css";

import { useQuery } from "@tanstack/react-query";

import { Badge } from "@/kit/Badge";
import { DataTable, type Column } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { Empty } from "@/kit/Empty";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Status } from "@/kit/Status";
import { useGo } from "@/pages/go";
import { healthQuery } from "@/pages/models/model";
import { Breaker, worst } from "@/pages/providers/Health";
import { type DeploymentHealth, type Measures, type Provider, providerNumbersQuery, providersQuery } from "@/pages/providers/provider";
import { useRights } from "@/pages/rights";

interface Row {
  provider: Provider;
  health: readonly DeploymentHealth[];
  numbers: Measures | undefined;
}

const inFlight = (row: Row) => row.health.reduce((sum, one) => sum + one.in_flight, 0);
const errorShare = (numbers: Measures | undefined) => (numbers === undefined || numbers.count === 0 ? null : (numbers.errors / numbers.count) * 100);

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "name",
    header: "Name",
    required: true,
    width: 10,
    sort: ({ provider }) => provider.name,
    cell: ({ provider }) => <Link to={`/providers/${provider.name}`}>{provider.name}</Link>,
  },
  { id: "kind", header: "Kind", width: 6, sort: ({ provider }) => provider.kind, cell: ({ provider }) => <Badge>{provider.kind}</Badge> },
  { id: "state", header: "Health", width: 8.5, sort: ({ provider, health }) => provider.state + (worst(health)?.state ?? ""), cell: (row) => <State of={row} /> },
  { id: "live", header: "Under way", width: 6, align: "end", sort: inFlight, cell: (row) => <Num value={inFlight(row)} /> },
  { id: "calls", header: "Attempts, 24 h", width: 8, align: "end", sort: ({ numbers }) => numbers?.count ?? 0, cell: ({ numbers }) => <Num value={numbers?.count ?? 0} compact /> },
  { id: "errors", header: "Errors", width: 5.5, align: "end", sort: ({ numbers }) => errorShare(numbers), cell: ({ numbers }) => <Num value={errorShare(numbers)} digits={1} unit="%" /> },
  { id: "first50", header: "First token p50", width: 8, align: "end", sort: ({ numbers }) => numbers?.first_token_p50_ms ?? null, cell: ({ numbers }) => <Duration ms={numbers?.first_token_p50_ms} /> },
  { id: "first95", header: "First token p95", width: 8, hidden: true, align: "end", sort: ({ numbers }) => numbers?.first_token_p95_ms ?? null, cell: ({ numbers }) => <Duration ms={numbers?.first_token_p95_ms} /> },
  { id: "p50", header: "Latency p50", width: 7, hidden: true, align: "end", sort: ({ numbers }) => numbers?.latency_p50_ms ?? null, cell: ({ numbers }) => <Duration ms={numbers?.latency_p50_ms} /> },
  { id: "p95", header: "Latency p95", width: 7, align: "end", sort: ({ numbers }) => numbers?.latency_p95_ms ?? null, cell: ({ numbers }) => <Duration ms={numbers?.latency_p95_ms} /> },
  { id: "p99", header: "Latency p99", width: 7, align: "end", hidden: true, sort: ({ numbers }) => numbers?.latency_p99_ms ?? null, cell: ({ numbers }) => <Duration ms={numbers?.latency_p99_ms} /> },
  { id: "speed", header: "Tokens/s", width: 6, align: "end", sort: ({ numbers }) => numbers?.tokens_per_second ?? null, cell: ({ numbers }) => <Num value={numbers?.tokens_per_second} digits={1} /> },
  { id: "cost", header: "Cost", width: 6, align: "end", sort: ({ numbers }) => Number(numbers?.cost ?? 0), cell: ({ numbers }) => <Money usd={numbers?.cost ?? "0"} /> },
  { id: "source", header: "Defined in", width: 7, hidden: true, sort: ({ provider }) => provider.source, cell: ({ provider }) => provider.source },
];

function State({ of }: { of: Row }) {
  if (of.provider.state === "failed") return <Status tone="error">cannot be called</Status>;
  const health = worst(of.health);
  if (health !== undefined) return <Breaker of={health} />;
  const called = of.numbers !== undefined && of.numbers.count > 0;
  return <Status tone="neutral">{called ? "no answer since the start" : "not called yet"}</Status>;
}

/** Every provider with how it is doing now, and what the last day came to. */
export default function Providers() {
  const rights = useRights();
  const go = useGo();
  const query = useQuery(providersQuery);
  const health = useQuery(healthQuery).data?.data ?? [];
  const numbers = useQuery(providerNumbersQuery).data?.groups ?? [];
  const add = rights.change && (
    <Link to="/providers/new" look="primary" icon="add">
      Add provider
    </Link>
  );
  return (
    <Page title="Providers" lead="Accounts at APIs that the gateway calls. Health is live; the numbers are of the last day." actions={add}>
      <Loaded query={query} what="the providers">
        {({ data }) => (
          <DataTable
            label="Providers"
            name="providers"
            columns={COLUMNS}
            rows={data.map((provider) => ({
              provider,
              health: health.filter((one) => one.provider === provider.name),
              numbers: numbers.find((one) => one.group.provider === provider.name)?.total,
            }))}
            rowKey={({ provider }) => provider.name}
            onOpen={({ provider }) => go(`/providers/${provider.name}`)}
            empty={
              <Empty title="No providers yet" icon="providers" actions={add}>
                A provider is an account at OpenAI, Anthropic, a server of your own, or any of a hundred others.
              </Empty>
            }
          />
        )}
      </Loaded>
    </Page>
  );
}
