import "@/pages/approvals/approvals.css";
import "@/pages/plugins/plugins.css";

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { type Column, DataTable } from "@/kit/DataTable";
import { Drawer } from "@/kit/Drawer";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { Select } from "@/kit/Select";
import { Status, type StatusProps } from "@/kit/Status";
import { When } from "@/kit/When";
import { type Approval, waitingKey } from "@/pages/approvals/approval";
import { Decision } from "@/pages/approvals/Decision";
import { plain } from "@/pages/plugins/plain";

const TONES: Readonly<Record<Approval["state"], StatusProps["tone"]>> = {
  pending: "warn",
  approved: "ok",
  denied: "error",
  expired: "neutral",
  used: "neutral",
};

const STATES = [
  { id: "all", label: "All" },
  { id: "approved", label: "Approved" },
  { id: "denied", label: "Denied" },
  { id: "used", label: "Approved and used" },
  { id: "expired", label: "Expired" },
];

const COLUMNS: readonly Column<Approval>[] = [
  { id: "at", header: "Asked", width: 8, grow: 0, cell: (row) => <When at={row.at} relative /> },
  {
    id: "tool",
    header: "Tool",
    required: true,
    width: 12,
    cell: (row) => <span className="num">{plain(`${row.plugin}__${row.tool}`, 120)}</span>,
  },
  { id: "key", header: "Key", width: 8, cell: (row) => plain(row.key_name ?? row.key_id, 80) },
  { id: "state", header: "State", width: 8, grow: 0, cell: (row) => <Status tone={TONES[row.state]}>{row.state}</Status> },
  { id: "reach", header: "For", width: 8, cell: (row) => (row.whole_tool ? "all calls of the tool" : "this call") },
  { id: "reason", header: "Reason", width: 8, cell: (row) => plain(row.reason, 200) },
  { id: "decided", header: "Decided", width: 8, grow: 0, cell: (row) => <When at={row.decided_at} relative /> },
];

type State = Exclude<Approval["state"], "pending">;

/** Calls of tools that wait for a person, and what was decided. */
export default function Approvals() {
  const queries = useQueryClient();
  const waiting = useQuery({
    queryKey: waitingKey,
    queryFn: () => given(api.GET("/api/approvals", { params: { query: { state: "pending", limit: 100 } } })),
    refetchInterval: 2_000,
  });
  const decided = (): void => void queries.invalidateQueries({ queryKey: ["approvals"] });
  const rows = waiting.data?.data ?? [];
  return (
    <Page
      title="Approvals"
      lead="Calls of tools that a person has to approve, as the configuration says ([plugins] approve). Whoever called waits, or is told to come back."
    >
      <Section title="Waiting now">
        <p className="visually-hidden" role="status">
          {waiting.data !== undefined && `${rows.length} ${rows.length === 1 ? "call waits" : "calls wait"}.`}
        </p>
        {waiting.isPending && <Loading label="Loading what waits" lines={4} />}
        {waiting.isError && waiting.data === undefined && (
          <ErrorNote error={waiting.error} title="What waits could not be loaded." onRetry={() => void waiting.refetch()} />
        )}
        {waiting.data !== undefined && rows.length === 0 && (
          <Empty title="Nothing waits" icon="approvals">
            With <code>approve = "destructive"</code> under <code>[plugins]</code>, calls of tools that may destroy something wait here.
          </Empty>
        )}
        {rows.length > 0 && (
          <ul className="approvals">
            {rows.map((approval) => (
              <li key={approval.id}>
                <Decision approval={approval} onDecided={decided} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <History onDecided={decided} />
    </Page>
  );
}

function History({ onDecided }: { onDecided: () => void }) {
  const search: { state?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [open, setOpen] = useState<Approval | null>(null);
  const state = STATES.some(({ id }) => id === search.state) ? (search.state as State) : null;
  const found = useInfiniteQuery({
    queryKey: ["approvals", "history", state],
    queryFn: ({ pageParam }) =>
      given(
        api.GET("/api/approvals", {
          params: { query: { limit: 100, ...(state === null ? {} : { state }), ...(pageParam === "" ? {} : { before: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = (found.data?.pages ?? []).flatMap((page) => page.data).filter((row) => row.state !== "pending");
  return (
    <Section title="History" lead="A decision stays here for 30 days.">
      {found.isError && found.data === undefined ? (
        <ErrorNote error={found.error} title="The history could not be loaded." onRetry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="Approvals so far"
          name="approvals"
          rows={rows}
          columns={COLUMNS}
          rowKey={(row) => row.id}
          loading={found.isPending}
          total={found.hasNextPage ? null : rows.length}
          onEnd={() => found.hasNextPage && !found.isFetchingNextPage && void found.fetchNextPage()}
          onOpen={setOpen}
          empty="Nothing was decided yet."
          toolbar={
            <Select
              label="State"
              labelHidden
              options={STATES}
              value={state ?? "all"}
              onChange={(id) => void navigate({ to: ".", search: (id === "all" ? {} : { state: id }) as never })}
            />
          }
        />
      )}
      <Drawer title="Approval" isOpen={open !== null} onOpenChange={() => setOpen(null)}>
        {open !== null && <Decision approval={open} onDecided={onDecided} whole />}
        {open !== null && <Button onPress={() => setOpen(null)}>Close</Button>}
      </Drawer>
    </Section>
  );
}
