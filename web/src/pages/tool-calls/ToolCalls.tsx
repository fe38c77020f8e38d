import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { type Column, DataTable } from "@/kit/DataTable";
import { Drawer } from "@/kit/Drawer";
import { Duration } from "@/kit/Duration";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Copy } from "@/kit/Copy";
import { Link } from "@/kit/Link";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Select } from "@/kit/Select";
import { Status, type StatusProps } from "@/kit/Status";
import { Switch } from "@/kit/Switch";
import { TextField } from "@/kit/TextField";
import { When } from "@/kit/When";
import { plain } from "@/pages/plugins/plain";
import "@/pages/plugins/plugins.css";

type Call = components["schemas"]["PluginCall"];
type Outcome = Call["outcome"];

interface Filters {
  plugin?: string;
  tool?: string;
  key?: string;
  outcome?: string;
  since?: string;
}

const OUTCOMES = [
  { id: "all", label: "Every outcome" },
  { id: "ok", label: "ok" },
  { id: "failed", label: "failed" },
  { id: "abandoned", label: "abandoned" },
  { id: "refused", label: "refused" },
];

const SPANS = [
  { id: "1h", label: "The last hour" },
  { id: "24h", label: "The last day" },
  { id: "7d", label: "The last week" },
  { id: "all", label: "All that is kept" },
];

const TONES: Readonly<Record<Outcome, StatusProps["tone"]>> = { ok: "ok", failed: "error", abandoned: "neutral", refused: "warn" };

function outcome(call: Call): { tone: StatusProps["tone"]; word: string } {
  if (call.outcome === "ok" && call.is_error) return { tone: "error", word: "tool error" };
  return { tone: TONES[call.outcome], word: call.outcome };
}

const COLUMNS: readonly Column<Call>[] = [
  { id: "at", header: "At", width: 9, grow: 0, cell: (call) => <When at={call.at} /> },
  { id: "tool", header: "Tool", required: true, width: 14, grow: 2, cell: (call) => <span className="num">{plain(`${call.plugin}__${call.tool}`, 160)}</span> },
  {
    id: "outcome",
    header: "Outcome",
    width: 7,
    grow: 0,
    cell: (call) => <Status tone={outcome(call).tone}>{outcome(call).word}</Status>,
  },
  { id: "error", header: "Error", width: 8, cell: (call) => <span className="num">{plain(call.error, 80)}</span> },
  { id: "key", header: "Key", width: 8, cell: (call) => plain(call.key_name ?? call.key_id, 80) },
  { id: "ms", header: "Time", align: "end", width: 6, grow: 0, cell: (call) => <Duration ms={call.ms} /> },
  { id: "in", header: "Bytes in", align: "end", width: 6, grow: 0, hidden: true, cell: (call) => <Num value={call.bytes_in} /> },
  { id: "out", header: "Bytes out", align: "end", width: 6, grow: 0, cell: (call) => <Num value={call.bytes_out} compact /> },
  { id: "method", header: "Method", width: 8, hidden: true, cell: (call) => <span className="num">{plain(call.method, 60)}</span> },
  { id: "version", header: "Version", width: 6, hidden: true, cell: (call) => plain(call.version, 40) },
];

function useCalls(filters: Filters, live: boolean) {
  const { plugin, tool, key } = filters;
  const since = filters.since === "all" ? undefined : (filters.since ?? "24h");
  const wanted = OUTCOMES.some(({ id }) => id === filters.outcome && id !== "all") ? [filters.outcome as Outcome] : undefined;
  const query = {
    limit: 200,
    ...(plugin ? { plugin } : {}),
    ...(tool ? { tool } : {}),
    ...(key ? { key } : {}),
    ...(since === undefined ? {} : { since }),
    ...(wanted === undefined ? {} : { outcome: wanted }),
  };
  return useInfiniteQuery({
    queryKey: ["tool-calls", "list", query],
    queryFn: ({ pageParam }) =>
      given(api.GET("/api/tool-calls", { params: { query: { ...query, ...(pageParam === "" ? {} : { before: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: (asked) => (live && (asked.state.data?.pages.length ?? 0) <= 1 ? 3_000 : false),
  });
}

/** Calls of plugins, one by one: who called what, how it ended. Filters are in the address. */
export default function ToolCalls() {
  const filters: Filters = useSearch({ strict: false });
  const navigate = useNavigate();
  const [open, setOpen] = useState<Call | null>(null);
  const [live, setLive] = useState(true);
  const found = useCalls(filters, live);
  const rows = (found.data?.pages ?? []).flatMap((page) => page.data);
  const put = (change: Filters): void => {
    const next = Object.fromEntries(Object.entries({ ...filters, ...change }).filter(([, value]) => value !== ""));
    void navigate({ to: ".", search: next as never, replace: true });
  };
  return (
    <Page
      title="Tool calls"
      lead="Every call of a plugin: by clients of /mcp, in chats and by hand. What it was called with and what it answered is not kept."
      actions={
        <Switch isSelected={live} onChange={setLive}>
          Live
        </Switch>
      }
    >
      <div className="plugins__fields">
        <TextField label="Plugin" mono value={filters.plugin ?? ""} onChange={(plugin) => put({ plugin })} />
        <TextField label="Tool" mono value={filters.tool ?? ""} onChange={(tool) => put({ tool })} />
        <TextField label="Key" description="Its id or name" value={filters.key ?? ""} onChange={(key) => put({ key })} />
        <Select label="Outcome" options={OUTCOMES} value={filters.outcome ?? "all"} onChange={(id) => put({ outcome: id === "all" ? "" : id })} />
        <Select label="Since" options={SPANS} value={filters.since ?? "24h"} onChange={(since) => put({ since: since === "24h" ? "" : since })} />
      </div>
      {found.isError && found.data === undefined ? (
        <ErrorNote error={found.error} title="The calls could not be loaded." onRetry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="Calls of plugins"
          name="tool-calls"
          rows={rows}
          columns={COLUMNS}
          rowKey={(call) => call.id}
          loading={found.isPending}
          total={found.hasNextPage ? null : rows.length}
          onEnd={() => found.hasNextPage && !found.isFetchingNextPage && void found.fetchNextPage()}
          onOpen={setOpen}
          selected={open?.id}
          empty={
            <Empty title="No calls" icon="tool">
              None that these filters let through. Try a tool on a plugin’s page, or point an MCP client at /mcp.
            </Empty>
          }
        />
      )}
      <Drawer title="Call of a plugin" isOpen={open !== null} onOpenChange={() => setOpen(null)}>
        {open !== null && <OneCall call={open} />}
      </Drawer>
    </Page>
  );
}

function OneCall({ call }: { call: Call }) {
  const { tone, word } = outcome(call);
  return (
    <Facts
      facts={[
        { term: "Id", value: <Copy text={call.id} what="the call’s id" /> },
        { term: "At", value: <When at={call.at} /> },
        { term: "Plugin", value: <Link to={`/plugins/${call.plugin}`}>{plain(call.plugin)}</Link> },
        { term: "Version", value: plain(call.version, 60) },
        { term: "Tool", value: <span className="num">{plain(call.tool)}</span> },
        { term: "Method", value: <span className="num">{plain(call.method)}</span> },
        { term: "Outcome", value: <Status tone={tone}>{word}</Status> },
        call.error !== "" && { term: "Error", value: <span className="num">{plain(call.error)}</span> },
        { term: "Key", value: plain(call.key_name ?? call.key_id) },
        call.team !== "" && { term: "Team", value: plain(call.team) },
        call.user !== "" && { term: "User", value: plain(call.user) },
        { term: "Time", value: <Duration ms={call.ms} /> },
        { term: "Bytes in", value: <Num value={call.bytes_in} /> },
        { term: "Bytes out", value: <Num value={call.bytes_out} /> },
        call.parent !== "" && {
          term: "Part of",
          value: (
            <>
              <Link to={`/calls/${call.parent}`}>{plain(call.parent)}</Link>, step <Num value={call.step} />
            </>
          ),
        },
      ]}
    />
  );
}
