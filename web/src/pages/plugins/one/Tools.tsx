import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, useMemo, useState } from "react";

import { api, given } from "@/api/client";
import { Badge } from "@/kit/Badge";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Link } from "@/kit/Link";
import { Loading } from "@/kit/Loading";
import { SearchField } from "@/kit/SearchField";
import { Section } from "@/kit/Section";
import { plain } from "@/pages/plugins/plain";
import type { Plugin, Tool } from "@/pages/plugins/plugin";

const TryTool = lazy(() => import("@/pages/plugins/tool/TryTool").then((found) => ({ default: found.TryTool })));

const COLUMNS: readonly Column<Tool>[] = [
  { id: "name", header: "Tool", required: true, width: 11, sort: (tool) => tool.name, cell: (tool) => <span className="num">{plain(tool.name, 128)}</span> },
  { id: "does", header: "Says of itself", width: 20, grow: 3, cell: (tool) => plain(tool.description || tool.title, 300) },
  {
    id: "destructive",
    header: "Destroys",
    width: 8,
    grow: 0,
    sort: (tool) => (tool.destructive ? 0 : 1),
    cell: (tool) => (tool.destructive ? <Badge tone="warn">may destroy</Badge> : "no"),
  },
  { id: "called", header: "At /mcp", width: 12, hidden: true, cell: (tool) => <span className="num">{plain(tool.called, 200)}</span> },
];

/** The tools of a plugin; one of them, when the address says which, to be tried. */
export function Tools({ plugin }: { plugin: Plugin }) {
  const search: { tool?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const tools = useQuery({
    queryKey: ["plugins", plugin.name, "tools", plugin.version, plugin.tools],
    queryFn: () => given(api.GET("/api/plugins/{name}/tools", { params: { path: { name: plugin.name } } })),
  });
  const rows = useMemo(() => {
    const sought = text.toLowerCase();
    return (tools.data?.data ?? []).filter((tool) => sought === "" || `${tool.name} ${tool.title} ${tool.description}`.toLowerCase().includes(sought));
  }, [tools.data, text]);
  if (search.tool !== undefined && search.tool !== "") {
    return (
      <>
        <p>
          <Link to={`/plugins/${plugin.name}`} search={{ tab: "tools" }}>
            All tools of {plugin.name}
          </Link>
        </p>
        <TryTool key={search.tool} plugin={plugin} tool={search.tool} />
      </>
    );
  }
  if (tools.isPending) return <Loading label="Loading tools" lines={6} />;
  if (tools.isError) return <ErrorNote error={tools.error} title="The tools could not be loaded." onRetry={() => void tools.refetch()} />;
  if (tools.data.data.length === 0) {
    return (
      <Empty title="It offers no tools" icon="tool">
        {plugin.state === "enabled" ? "It has resources or prompts alone." : "It was not started yet: enable it, or fill in what it needs."}
      </Empty>
    );
  }
  return (
    <Section title="Tools" titleHidden lead="As they were accepted. What a tool says of itself is its author’s word.">
      <DataTable
        label="Tools"
        name="tools"
        rows={rows}
        columns={COLUMNS}
        rowKey={(tool) => tool.name}
        onOpen={(tool) => void navigate({ to: ".", search: { tab: "tools", tool: tool.name } as never })}
        empty="No tool has that in its name or description."
        toolbar={<SearchField label="Find a tool" main value={text} onChange={setText} />}
      />
    </Section>
  );
}
