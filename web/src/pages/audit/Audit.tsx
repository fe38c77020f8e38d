import "@/pages/audit/Audit.css";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { Button } from "@/kit/Button";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Page } from "@/kit/Page";
import { Select } from "@/kit/Select";
import { TextField } from "@/kit/TextField";
import { When } from "@/kit/When";
import { Detail } from "@/pages/audit/Detail";
import { ALL, auditQuery, type Entry, KINDS, SPANS, type Wanted } from "@/pages/audit/entries";

/** What was acted on, by its name where the entry has one beside its id. */
function target({ target: id, detail }: Entry) {
  const { name } = detail;
  if (typeof name !== "string" || name === id) return <span className="num">{id}</span>;
  return (
    <>
      {name} <span className="num audit__id">{id}</span>
    </>
  );
}

const COLUMNS: readonly Column<Entry>[] = [
  { id: "at", header: "When", width: 10, grow: 0, cell: (one) => <When at={one.at} /> },
  { id: "actor", header: "Who", width: 12, cell: (one) => one.actor_name ?? <span className="num">{one.actor}</span> },
  { id: "action", header: "Did", required: true, width: 10, cell: (one) => <span className="num">{one.action}</span> },
  { id: "target", header: "To", width: 16, grow: 2, cell: target },
  { id: "ip", header: "From", width: 9, cell: (one) => <span className="num">{one.ip === "" ? "this machine" : one.ip}</span> },
];

function Filters({ wanted, onChange }: { wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const part = (name: keyof Wanted) => (value: string) => onChange({ ...wanted, [name]: value === "all" ? "" : value });
  return (
    <div className="audit__filters" role="search" aria-label="Which changes">
      <Select label="What" options={KINDS} value={wanted.action === "" ? "all" : wanted.action} onChange={part("action")} />
      <Select label="When" options={SPANS} value={wanted.since === "" ? "all" : wanted.since} onChange={part("since")} />
      <TextField label="Who" placeholder="a key’s name or id" value={wanted.actor} onChange={part("actor")} />
      <TextField label="To what" placeholder="a name or id" value={wanted.target} onChange={part("target")} />
    </div>
  );
}

/** Who changed what, and when; entries are never changed. */
export default function Audit() {
  const [wanted, setWanted] = useState(ALL);
  const [opened, setOpened] = useState<Entry | null>(null);
  const entries = useInfiniteQuery(auditQuery(useDeferredValue(wanted)));
  const rows = entries.data?.pages.flatMap((page) => page.data) ?? [];
  const narrowed = Object.values(wanted).some((value) => value !== "");
  const clear = (
    <Button size="sm" onPress={() => setWanted(ALL)}>
      Show everything
    </Button>
  );
  return (
    <Page title="Audit log" lead="Who changed what, and when: over the API, in the console or on the command line. Entries are never changed.">
      <Filters wanted={wanted} onChange={setWanted} />
      {entries.isError ? (
        <ErrorNote error={entries.error} title="The audit log could not be loaded." onRetry={() => void entries.refetch()} />
      ) : (
        <DataTable
          label="Changes, newest first"
          name="audit"
          columns={COLUMNS}
          rows={rows}
          rowKey={(one) => one.id}
          onOpen={setOpened}
          selected={opened?.id}
          loading={entries.isPending}
          total={entries.hasNextPage ? null : rows.length}
          onEnd={() => {
            if (entries.hasNextPage && !entries.isFetching) void entries.fetchNextPage();
          }}
          empty={
            narrowed ? (
              <Empty title="Nobody did that" icon="audit" actions={clear}>
                Nothing in the log is like this.
              </Empty>
            ) : (
              <Empty title="Nothing was changed yet" icon="audit">
                The first key that is made, or the first session that begins, is the first entry.
              </Empty>
            )
          }
        />
      )}
      {opened !== null && <Detail entry={opened} onClose={() => setOpened(null)} />}
    </Page>
  );
}
