import { useQuery } from "@tanstack/react-query";

import { Chart } from "@/kit/Chart";
import { type Column, DataTable } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { Facts } from "@/kit/Facts";
import { duration, money, number } from "@/kit/format";
import { Loaded } from "@/kit/Loaded";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Section } from "@/kit/Section";
import { Select } from "@/kit/Select";
import { useGo } from "@/pages/go";
import { type Analytics, deploymentNumbersQuery, type Measures } from "@/pages/providers/provider";

interface Row {
  deployment: string;
  numbers: Measures;
}

const SPANS = [
  { id: "1h", label: "Last hour" },
  { id: "24h", label: "Last 24 hours" },
  { id: "7d", label: "Last 7 days" },
  { id: "30d", label: "Last 30 days" },
];

const COLUMNS: readonly Column<Row>[] = [
  { id: "deployment", header: "Deployment", required: true, width: 12, grow: 2, sort: (row) => row.deployment, cell: (row) => <span className="num">{row.deployment}</span> },
  { id: "count", header: "Attempts", width: 6, align: "end", sort: (row) => row.numbers.count, cell: (row) => <Num value={row.numbers.count} compact /> },
  { id: "errors", header: "Errors", width: 6, align: "end", sort: (row) => row.numbers.errors, cell: (row) => <Num value={row.numbers.errors} compact /> },
  { id: "first50", header: "First token p50", width: 8, align: "end", sort: (row) => row.numbers.first_token_p50_ms, cell: (row) => <Duration ms={row.numbers.first_token_p50_ms} /> },
  { id: "first95", header: "First token p95", width: 8, align: "end", sort: (row) => row.numbers.first_token_p95_ms, cell: (row) => <Duration ms={row.numbers.first_token_p95_ms} /> },
  { id: "p50", header: "Latency p50", width: 7, align: "end", sort: (row) => row.numbers.latency_p50_ms, cell: (row) => <Duration ms={row.numbers.latency_p50_ms} /> },
  { id: "p95", header: "Latency p95", width: 7, align: "end", sort: (row) => row.numbers.latency_p95_ms, cell: (row) => <Duration ms={row.numbers.latency_p95_ms} /> },
  { id: "p99", header: "Latency p99", width: 7, align: "end", sort: (row) => row.numbers.latency_p99_ms, cell: (row) => <Duration ms={row.numbers.latency_p99_ms} /> },
  { id: "speed", header: "Tokens/s", width: 6, align: "end", sort: (row) => row.numbers.tokens_per_second, cell: (row) => <Num value={row.numbers.tokens_per_second} digits={1} /> },
  { id: "tokens", header: "Tokens", width: 7, align: "end", sort: (row) => row.numbers.prompt_tokens + row.numbers.completion_tokens, cell: (row) => <Num value={row.numbers.prompt_tokens + row.numbers.completion_tokens} compact /> },
  { id: "cost", header: "Cost", width: 6, align: "end", sort: (row) => Number(row.numbers.cost), cell: (row) => <Money usd={row.numbers.cost} /> },
];

/** What a provider did over a span: in all and by deployment. `since` is the age it begins at. */
export function ProviderCourse({ name, since }: { name: string; since: string }) {
  const go = useGo();
  const query = useQuery(deploymentNumbersQuery(name, since));
  return (
    <Section
      title="Over time"
      actions={<Select label="Span" labelHidden options={SPANS} value={since} onChange={(span) => go(`/providers/${name}`, { since: span }, true)} />}
    >
      <Loaded query={query} what="the numbers" lines={8}>
        {(told) => (
          <>
            <Totals of={told.total} />
            <Courses of={told} />
            <DataTable
              label={`Deployments of ${name}`}
              name="provider-deployments"
              columns={COLUMNS}
              rows={told.groups.map((group) => ({ deployment: group.group.deployment ?? "", numbers: group.total }))}
              rowKey={(row) => row.deployment}
              empty="Nothing was called in this span."
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

const asShare = (value: number) => `${number(value, { digits: 1 })} %`;

/** The course of an analysis: times to the first token and in all, errors, speed and cost. */
function Courses({ of }: { of: Analytics }) {
  const at = of.periods.map((period) => new Date(period).getTime());
  const values = (name: keyof Analytics["series"]) =>
    (of.series[name] ?? []).map((value) => (value === null ? null : Number(value)));
  const counts = values("count");
  const errors = values("errors").map((value, place) => (value === null || !counts[place] ? null : (value / counts[place]) * 100));
  const line = (id: string, label: string, found: readonly (number | null)[]) => ({ id, label, values: found });
  return (
    <div className="provider-courses">
      <Chart
        title="Time to the first token"
        at={at}
        say={duration}
        series={[line("p50", "p50", values("first_token_p50_ms")), line("p95", "p95", values("first_token_p95_ms"))]}
      />
      <Chart title="Latency" at={at} say={duration} series={[line("p50", "p50", values("latency_p50_ms")), line("p95", "p95", values("latency_p95_ms"))]} />
      <Chart title="Errors" at={at} say={asShare} series={[line("errors", "Errors", errors)]} />
      <Chart title="Tokens a second" at={at} series={[line("speed", "Tokens/s", values("tokens_per_second"))]} />
      <Chart title="Attempts" kind="bars" at={at} series={[line("count", "Attempts", counts)]} />
      <Chart title="Cost" kind="bars" at={at} say={money} series={[line("cost", "Cost", values("cost"))]} />
    </div>
  );
}

function Totals({ of }: { of: Measures }) {
  return (
    <Facts
      look="row"
      facts={[
        { term: "Attempts", value: <Num value={of.count} compact /> },
        { term: "Errors", value: <Num value={of.count === 0 ? null : (of.errors / of.count) * 100} digits={1} unit="%" /> },
        { term: "First token p50", value: <Duration ms={of.first_token_p50_ms} /> },
        { term: "First token p95", value: <Duration ms={of.first_token_p95_ms} /> },
        { term: "Latency p50", value: <Duration ms={of.latency_p50_ms} /> },
        { term: "Latency p95", value: <Duration ms={of.latency_p95_ms} /> },
        { term: "Tokens/s", value: <Num value={of.tokens_per_second} digits={1} /> },
        { term: "Cost", value: <Money usd={of.cost} /> },
      ]}
    />
  );
}
