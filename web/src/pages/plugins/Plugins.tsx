import "@/pages/plugins/plugins.css";

import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, given } from "@/api/client";
import { type Column, DataTable } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Link } from "@/kit/Link";
import { Loading } from "@/kit/Loading";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { When } from "@/kit/When";
import { Discovered } from "@/pages/plugins/Discovered";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";
import {
  type Plugin,
  publisherOf,
  running,
  stateTone,
  type ToolCallSum,
  useDayOfCalls,
  usePlugins,
  usePublishers,
} from "@/pages/plugins/plugin";
import { may, useMe } from "@/session/me";

interface Row {
  plugin: Plugin;
  sums: ToolCallSum | undefined;
  publisher: string;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "name",
    header: "Plugin",
    required: true,
    width: 12,
    grow: 2,
    sort: (row) => row.plugin.name,
    cell: (row) => <Link to={`/plugins/${row.plugin.name}`}>{row.plugin.name}</Link>,
  },
  {
    id: "state",
    header: "State",
    width: 14,
    grow: 3,
    sort: (row) => row.plugin.state,
    cell: ({ plugin }) => (
      <>
        <Status tone={stateTone(plugin.state)}>{plugin.state}</Status>
        {plugin.reason !== "" && <span className="plugins__reason"> {plain(plugin.reason, 160)}</span>}
      </>
    ),
  },
  { id: "runs", header: "Process", width: 8, sort: (row) => running(row.plugin), cell: (row) => running(row.plugin) },
  {
    id: "version",
    header: "Version",
    width: 7,
    cell: (row) => <span className="num">{plain(row.plugin.version, 40)}</span>,
  },
  { id: "publisher", header: "Publisher", width: 10, sort: (row) => row.publisher, cell: (row) => plain(row.publisher, 80) },
  { id: "tools", header: "Tools", align: "end", width: 5, grow: 0, sort: (row) => row.plugin.tools, cell: (row) => <Num value={row.plugin.tools} /> },
  {
    id: "calls",
    header: "Calls, 24 h",
    align: "end",
    width: 7,
    grow: 0,
    sort: (row) => row.sums?.calls ?? 0,
    cell: (row) => <Num value={row.sums?.calls ?? 0} compact />,
  },
  {
    id: "errors",
    header: "Errors",
    align: "end",
    width: 5,
    grow: 0,
    sort: (row) => row.sums?.errors ?? 0,
    cell: (row) => <Num value={row.sums?.errors ?? 0} compact />,
  },
  { id: "ms", header: "Mean time", align: "end", width: 6, grow: 0, sort: (row) => row.sums?.ms ?? null, cell: (row) => <Duration ms={row.sums?.ms ?? null} /> },
  { id: "source", header: "Source", hidden: true, width: 12, cell: (row) => <Plain text={row.plugin.source} most={200} /> },
  {
    id: "installed",
    header: "Installed",
    hidden: true,
    width: 9,
    sort: (row) => row.plugin.installed_at,
    cell: (row) => <When at={row.plugin.installed_at} relative />,
  },
];

/** Every plugin: how it is, whose it is, what it does. */
export default function Plugins() {
  const plugins = usePlugins();
  const sums = useDayOfCalls().data?.data;
  const keys = usePublishers().data?.data;
  const navigate = useNavigate();
  const found = useQuery({ queryKey: ["plugins", ":discovered"], queryFn: () => given(api.GET("/api/plugins/discovered")) });
  const change = may(useMe(), "change");
  const rows = useMemo(
    () =>
      (plugins.data?.data ?? []).map((plugin) => ({
        plugin,
        sums: sums?.find((each) => each.plugin === plugin.name),
        publisher: plugin.kind === "bundle" ? publisherOf(plugin.publisher, keys) : "runs elsewhere",
      })),
    [plugins.data, sums, keys],
  );
  const add = change && (
    <Link to="/plugins/install" look="primary" icon="add">
      Install a plugin
    </Link>
  );
  return (
    <Page
      title="Plugins"
      lead="MCP servers whose tools keys and chats may use. Each runs in a sandbox that holds it to what was granted."
      actions={
        <>
          <Link to="/plugins/trust" look="normal">
            Publishers
          </Link>
          <Link to="/tool-calls" look="normal">
            Tool calls
          </Link>
          {add}
        </>
      }
    >
      <Section title="Installed" titleHidden>
        {plugins.isPending && <Loading label="Loading plugins" lines={6} />}
        {plugins.isError && plugins.data === undefined && (
          <ErrorNote error={plugins.error} title="The plugins could not be loaded." onRetry={() => void plugins.refetch()} />
        )}
        {plugins.data !== undefined && rows.length === 0 && (
          <Empty title="No plugins yet" icon="plugins" actions={add}>
            A plugin gives models and MCP clients tools: files, searches, an API of yours. Install one from PyPI, npm, a bundle, an OpenAPI document or a
            URL.
          </Empty>
        )}
        {rows.length > 0 && (
          <DataTable
            label="Plugins"
            name="plugins"
            rows={rows}
            columns={COLUMNS}
            rowKey={(row) => row.plugin.name}
            onOpen={(row) => void navigate({ to: `/plugins/${row.plugin.name}` })}
            sort={{ column: "name", direction: "ascending" }}
          />
        )}
      </Section>
      {found.data !== undefined && <Discovered found={found.data.data} change={change} />}
    </Page>
  );
}
