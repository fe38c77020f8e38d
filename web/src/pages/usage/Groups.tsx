import { useMemo } from "react";

import { type Column, DataTable } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Sparkline } from "@/kit/Sparkline";
import { byGroup, nameOf } from "@/pages/usage/series";
import type { Told } from "@/pages/usage/useAnalytics";

type Group = Told["groups"][number];

interface GroupsProps {
  told: Told;
  /** What is grouped by, in words. */
  by: string;
  /** Shows the calls of a group. */
  onOpen: (value: string) => void;
}

function share({ count, errors }: Group["total"]): number | null {
  return count === 0 ? null : (errors / count) * 100;
}

function columnsOf(told: Told, by: string): Column<Group>[] {
  const courses = new Map(byGroup({ ...told, groups: told.groups.slice(0, 50) }, "count").map(({ id, values }) => [id, values]));
  const idOf = ({ group }: Group) => Object.values(group).join("/");
  return [
    { id: "name", header: by, cell: nameOf, sort: nameOf, width: 10, grow: 2, required: true },
    {
      id: "course",
      header: "Calls over time",
      cell: (one) => <Sparkline label={`Calls of ${nameOf(one)}`} values={courses.get(idOf(one)) ?? []} />,
      width: 9,
    },
    { id: "count", header: "Calls", cell: ({ total }) => <Num value={total.count} />, sort: ({ total }) => total.count, align: "end", width: 6 },
    { id: "errors", header: "Errors", cell: ({ total }) => <Num value={total.errors} />, sort: ({ total }) => total.errors, align: "end", width: 5 },
    { id: "share", header: "Error share", cell: ({ total }) => <Num value={share(total)} digits={1} unit="%" />, sort: ({ total }) => share(total), align: "end", width: 7 },
    { id: "p50", header: "p50", cell: ({ total }) => <Duration ms={total.latency_p50_ms} />, sort: ({ total }) => total.latency_p50_ms, align: "end", width: 5.5 },
    { id: "p95", header: "p95", cell: ({ total }) => <Duration ms={total.latency_p95_ms} />, sort: ({ total }) => total.latency_p95_ms, align: "end", width: 5.5 },
    { id: "p99", header: "p99", cell: ({ total }) => <Duration ms={total.latency_p99_ms} />, sort: ({ total }) => total.latency_p99_ms, align: "end", width: 5.5, hidden: true },
    { id: "first", header: "First token p50", cell: ({ total }) => <Duration ms={total.first_token_p50_ms} />, sort: ({ total }) => total.first_token_p50_ms, align: "end", width: 8 },
    { id: "speed", header: "Tokens/s", cell: ({ total }) => <Num value={total.tokens_per_second} digits={1} />, sort: ({ total }) => total.tokens_per_second, align: "end", width: 6 },
    { id: "in", header: "Tokens in", cell: ({ total }) => <Num value={total.prompt_tokens} compact />, sort: ({ total }) => total.prompt_tokens, align: "end", width: 6 },
    { id: "out", header: "Tokens out", cell: ({ total }) => <Num value={total.completion_tokens} compact />, sort: ({ total }) => total.completion_tokens, align: "end", width: 6.5 },
    { id: "cost", header: "Cost", cell: ({ total }) => <Money usd={total.cost} />, sort: ({ total }) => Number(total.cost), align: "end", width: 6 },
  ];
}

/** What was used by each provider, model, key or team. */
export function Groups({ told, by, onOpen }: GroupsProps) {
  const columns = useMemo(() => columnsOf(told, by), [told, by]);
  return (
    <DataTable<Group>
      label={`Usage by ${by.toLowerCase()}`}
      name="usage"
      rows={told.groups}
      columns={columns}
      rowKey={({ group }) => Object.values(group).join("/")}
      onOpen={({ group }) => onOpen(Object.values(group)[0] ?? "")}
      empty="Nothing was used in this time."
    />
  );
}
