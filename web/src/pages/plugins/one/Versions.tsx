import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { type Column, DataTable, type RowAction } from "@/kit/DataTable";
import { ErrorNote } from "@/kit/ErrorNote";
import { Link } from "@/kit/Link";
import { Loading } from "@/kit/Loading";
import { Section } from "@/kit/Section";
import { When } from "@/kit/When";
import { useToast } from "@/kit/toasts";
import { sourceOf } from "@/pages/plugins/one/Actions";
import { plain } from "@/pages/plugins/plain";
import { type Plugin, useChanged } from "@/pages/plugins/plugin";
import { may, useMe } from "@/session/me";

type Version = components["schemas"]["Version"];

const COLUMNS: readonly Column<Version>[] = [
  {
    id: "version",
    header: "Version",
    required: true,
    width: 10,
    cell: (row) => (
      <>
        <span className="num">{plain(row.version, 60)}</span> {row.current && <Badge tone="ok">in use</Badge>}
        {row.previous && <Badge>before</Badge>}
      </>
    ),
  },
  { id: "at", header: "Installed", width: 9, cell: (row) => <When at={row.installed_at} /> },
  { id: "source", header: "Source", width: 12, cell: (row) => plain(row.source, 160) },
  { id: "digest", header: "Content", width: 9, cell: (row) => <span className="num">{row.digest.slice(0, 12)}</span> },
];

/** The versions on the disk: which is in use, and going back to another. */
export function Versions({ plugin }: { plugin: Plugin }) {
  const [wanted, setWanted] = useState("");
  const changed = useChanged();
  const toast = useToast();
  const change = may(useMe(), "change");
  const found = useQuery({
    queryKey: ["plugins", plugin.name, "versions", plugin.version],
    queryFn: () => given(api.GET("/api/plugins/{name}/versions", { params: { path: { name: plugin.name } } })),
  });
  const actions = useMemo(
    () =>
      (row: Version): readonly RowAction[] =>
        row.current ? [] : [{ label: `Use ${row.version}`, onAction: () => setWanted(row.version) }],
    [],
  );
  const source = sourceOf(plugin);
  return (
    <Section
      title="Versions on the disk"
      lead="An upgrade is started and looked at before calls go to it. Going back takes effect at once."
      actions={
        change && (
          <>
            {plugin.previous !== "" && <Button onPress={() => setWanted(plugin.previous)}>{`Go back to ${plain(plugin.previous, 40)}`}</Button>}
            <Link to="/plugins/install" look="normal" {...(source === "" ? {} : { search: { source } })}>
              Upgrade
            </Link>
          </>
        )
      }
    >
      {found.isPending && <Loading label="Loading versions" lines={3} />}
      {found.isError && <ErrorNote error={found.error} title="The versions could not be loaded." onRetry={() => void found.refetch()} />}
      {found.data !== undefined && (
        <DataTable label="Versions" rows={found.data.data} columns={COLUMNS} rowKey={(row) => row.version} {...(change ? { actions } : {})} />
      )}
      <ConfirmDialog
        title={`Use version ${plain(wanted, 60)}?`}
        isOpen={wanted !== ""}
        onOpenChange={() => setWanted("")}
        confirm="Use it"
        tone="primary"
        onConfirm={async () => {
          await changed(await given(api.POST("/api/plugins/{name}/use", { params: { path: { name: plugin.name } }, body: { version: wanted } })));
          toast.ok(`${plugin.name} runs version ${plain(wanted, 60)}`);
        }}
      >
        <p>It is started first. Calls under way end where they began; new ones go to this version. What the plugin kept stays as it is.</p>
      </ConfirmDialog>
    </Section>
  );
}
