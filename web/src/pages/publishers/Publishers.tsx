import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Copy } from "@/kit/Copy";
import { type Column, DataTable, type RowAction } from "@/kit/DataTable";
import { Dialog } from "@/kit/Dialog";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Form } from "@/kit/Form";
import { Loading } from "@/kit/Loading";
import { Page } from "@/kit/Page";
import { Status } from "@/kit/Status";
import { TagField } from "@/kit/TagField";
import { TextField } from "@/kit/TextField";
import { When } from "@/kit/When";
import { useToast } from "@/kit/toasts";
import { plain } from "@/pages/plugins/plain";
import { usePublishers } from "@/pages/plugins/plugin";
import { may, useMe } from "@/session/me";

type PublisherKey = components["schemas"]["PublisherKey"];

const COLUMNS: readonly Column<PublisherKey>[] = [
  { id: "name", header: "Publisher", required: true, width: 10, sort: (key) => key.name, cell: (key) => plain(key.name, 100) },
  {
    id: "state",
    header: "State",
    width: 12,
    cell: (key) => (
      <>
        <Status tone={key.state === "trusted" ? "ok" : "error"}>{key.state}</Status>
        {key.reason !== "" && ` ${plain(key.reason, 120)}`}
      </>
    ),
  },
  { id: "plugins", header: "May sign", width: 8, cell: (key) => <span className="num">{key.plugins.map((each) => plain(each, 64)).join(", ")}</span> },
  { id: "key", header: "Key", width: 14, cell: (key) => <Copy text={key.key || key.id} what={`the key of ${plain(key.name, 60)}`} /> },
  { id: "at", header: "Added", width: 8, grow: 0, sort: (key) => key.created_at, cell: (key) => <When at={key.created_at} relative /> },
  { id: "next", header: "Comes after it", width: 8, hidden: true, cell: (key) => <span className="num">{key.successor?.slice(0, 12) ?? ""}</span> },
];

type Deed = { kind: "forget" | "revoke"; key: PublisherKey } | null;

/** Whose plugins are trusted: publishers' keys, added, forgotten and revoked by an owner. */
export default function Publishers() {
  const keys = usePublishers();
  const owner = may(useMe(), "owner");
  const [adding, setAdding] = useState(false);
  const [deed, setDeed] = useState<Deed>(null);
  const actions = useMemo(
    () =>
      (key: PublisherKey): readonly RowAction[] => [
        ...(key.state === "trusted" ? [{ label: "Revoke", danger: true, onAction: () => setDeed({ kind: "revoke", key }) }] : []),
        { label: "Forget", danger: true, onAction: () => setDeed({ kind: "forget", key }) },
      ],
    [],
  );
  const add = owner && (
    <Button tone="primary" icon="add" onPress={() => setAdding(true)}>
      Trust a key
    </Button>
  );
  return (
    <Page
      title="Publishers"
      crumbs={[{ label: "Plugins", to: "/plugins" }]}
      lead="Bundles that one of these keys signed are installed without a word; what anybody else signed has to be accepted each time."
      actions={add}
    >
      {keys.isPending && <Loading label="Loading publishers" lines={4} />}
      {keys.isError && <ErrorNote error={keys.error} title="The publishers could not be loaded." onRetry={() => void keys.refetch()} />}
      {keys.data?.data.length === 0 && (
        <Empty title="Nobody is trusted yet" icon="lock" actions={add}>
          A publisher signs bundles with an ed25519 key and says its public half: <code>ed25519:…</code>. {!owner && "Only an owner adds one."}
        </Empty>
      )}
      {keys.data !== undefined && keys.data.data.length > 0 && (
        <DataTable
          label="Publishers’ keys"
          name="publishers"
          rows={keys.data.data}
          columns={COLUMNS}
          rowKey={(key) => key.id}
          {...(owner ? { actions } : {})}
        />
      )}
      <AddKey isOpen={adding} onOpenChange={setAdding} />
      <Deeds deed={deed} onDone={() => setDeed(null)} />
    </Page>
  );
}

function AddKey({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (open: boolean) => void }) {
  const queries = useQueryClient();
  const toast = useToast();
  const [key, setKey] = useState("");
  const [name, setName] = useState("");
  const [plugins, setPlugins] = useState<string[]>(["*"]);
  const add = useMutation({
    mutationFn: () => given(api.POST("/api/plugins/trust", { body: { key: key.trim(), name, plugins } })),
    onSuccess: async (made) => {
      toast.ok(`Trusted: ${plain(made.name, 80)}`);
      setKey("");
      setName("");
      onOpenChange(false);
      await queries.invalidateQueries({ queryKey: ["publishers"] });
    },
  });
  return (
    <Dialog
      title="Trust a publisher’s key"
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      actions={
        <>
          <Button onPress={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form="trust" tone="primary" isPending={add.isPending}>
            Trust it
          </Button>
        </>
      }
    >
      <Form id="trust" onSubmit={() => add.mutate()} error={add.error}>
        <p>What it signed, and what keys signed that it says come after it, is trusted from now on. Compare it with what the publisher says elsewhere.</p>
        <TextField label="Key" name="key" mono isRequired autoComplete="off" placeholder="ed25519:…" value={key} onChange={setKey} />
        <TextField label="Name" name="name" description="What it is called here; its first digits when left out." value={name} onChange={setName} />
        <TagField label="Plugins it may sign for" name="plugins" mono description="Names or patterns: * is any, acme-* those whose names begin so." value={plugins} onChange={setPlugins} />
      </Form>
    </Dialog>
  );
}

function Deeds({ deed, onDone }: { deed: Deed; onDone: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  if (deed === null) return null;
  const name = plain(deed.key.name, 80);
  const path = { path: { key_id: deed.key.id } };
  const again = () => queries.invalidateQueries({ queryKey: ["publishers"] });
  if (deed.kind === "forget") {
    return (
      <ConfirmDialog
        title={`Forget the key ${name}?`}
        isOpen
        onOpenChange={onDone}
        confirm="Forget key"
        onConfirm={async () => {
          await given(api.DELETE("/api/plugins/trust/{key_id}", { params: path }));
          await again();
        }}
      >
        <p>What it signed is not trusted any more. Plugins that are installed stay so.</p>
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Revoke the key ${name}?`}
      isOpen
      onOpenChange={onDone}
      confirm="Revoke key"
      onConfirm={async () => {
        await given(api.POST("/api/plugins/trust/{key_id}/revoke", { params: path, body: { reason } }));
        setReason("");
        await again();
      }}
    >
      <p>Nothing that it ever signed is trusted any more, also when it says which key comes after it: as for a key that was stolen.</p>
      <TextField label="Reason" description="Shown to whoever meets the key." value={reason} onChange={setReason} maxLength={200} />
    </ConfirmDialog>
  );
}
