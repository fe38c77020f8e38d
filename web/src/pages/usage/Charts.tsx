import { useMemo } from "react";

import { Chart, type ChartKind } from "@/kit/Chart";
import { plainly, type Said } from "@/kit/chart/data";
import { duration, money } from "@/kit/format";
import { byGroup, whole } from "@/pages/usage/series";
import type { Measure, Told } from "@/pages/usage/useAnalytics";

interface Shown {
  title: string;
  kind?: ChartKind;
  say?: Said;
  /** What is shown of all; the first one is shown of groups. */
  of: Partial<Record<Measure, string>>;
}

const speed: Said = (value) => `${value.toFixed(value < 100 ? 1 : 0)}/s`;

const CHARTS: Shown[] = [
  { title: "Calls", kind: "bars", of: { count: "Calls" } },
  { title: "Errors", kind: "bars", of: { errors: "Errors" } },
  { title: "Latency", say: duration, of: { latency_p95_ms: "p95", latency_p50_ms: "p50", latency_p99_ms: "p99" } },
  { title: "Time to first token", say: duration, of: { first_token_p50_ms: "p50", first_token_p95_ms: "p95" } },
  { title: "Tokens a second", say: speed, of: { tokens_per_second: "Tokens a second" } },
  { title: "Tokens", kind: "area", say: plainly, of: { completion_tokens: "Out", prompt_tokens: "In" } },
  { title: "Cost", kind: "bars", say: money, of: { cost: "Cost" } },
];

interface ChartsProps {
  told: Told;
  grouped: boolean;
  live: boolean;
  /** Shows the calls of a period: its beginning and its end, in milliseconds since 1970. */
  onOpen: (since: number, until: number, failed: boolean) => void;
  onRange: (since: number, until: number) => void;
}

/** Everything that is measured, over time. */
export function Charts({ told, grouped, live, onOpen, onRange }: ChartsProps) {
  const at = useMemo(() => told.periods.map((each) => Date.parse(each)), [told]);
  const drawn = useMemo(
    () =>
      CHARTS.map(({ of, title, ...rest }) => {
        const [first] = Object.entries(of) as [Measure, string][];
        const grouping = grouped && first !== undefined;
        return {
          ...rest,
          title: grouping && Object.keys(of).length > 1 ? `${title}, ${first[1]}` : title,
          kind: grouping ? ("line" as const) : (rest.kind ?? "line"),
          series: grouping ? byGroup(told, first[0]) : whole(told, of),
          failed: "errors" in of,
        };
      }),
    [told, grouped],
  );
  const end = (place: number) => at[place + 1] ?? Date.parse(told.until);
  return (
    <div className="usage__charts">
      {drawn.map(({ title, kind, series, failed, say = plainly }) => (
        <Chart
          key={title}
          title={title}
          kind={kind}
          say={say}
          at={at}
          series={series}
          live={live}
          height={11}
          onOpen={(place) => onOpen(at[place] ?? 0, end(place), failed)}
          onRange={onRange}
        />
      ))}
    </div>
  );
}
