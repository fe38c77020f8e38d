import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Copy } from "@/kit/Copy";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { secretsQuery } from "@/pages/providers/provider";
import { READ_ONLY, useRights } from "@/pages/rights";
import { SecretDialog } from "@/pages/secrets/SecretDialog";

type Secret = components["schemas"]["Secret"];

const COLUMNS: readonly Column<Secret>[] = [
  { id: "name", header: "Name", required: true, width: 12, sort: (one) => one.name, cell: (one) => <span className="num">{one.name}</span> },
  { id: "reference", header: "Written as", width: 12, cell: (one) => <Copy text={one.reference} what="the reference" /> },
  {
    id: "users",
    header: "Used by",
    width: 12,
    sort: (one) => one.used_by.length,
    cell: (one) =>
      one.used_by.length === 0
        ? "nobody"
        : one.used_by.map((name) => (
            <Link key={name} to={`/providers/${name}`}>
              {name}
            </Link>
          )),
  },
];

/** The names of secrets and who uses them; values go in and never come out. */
export default function Secrets() {
  const rights = useRights();
  const query = useQuery(secretsQuery);
  const [put, setPut] = useState<string | null>(null);
  const [gone, setGone] = useState<Secret | null>(null);
  const remove = useChange(
    (name: string) => given(api.DELETE("/api/secrets/{name}", { params: { path: { name } } })),
    { stale: ["secrets"], done: (_, name) => `The secret ${name} is removed.` },
  );
  const actions = useMemo(
    () => (secret: Secret) => [
      { label: "Give it another value", onAction: () => setPut(secret.name) },
      { label: "Remove", danger: true, onAction: () => setGone(secret) },
    ],
    [],
  );
  const add = rights.change && (
    <Button tone="primary" icon="add" onPress={() => setPut("")}>
      Keep a secret
    </Button>
  );
  return (
    <Page title="Secrets" lead="Kept encrypted. Settings write secret:NAME; a value goes in and never comes out." actions={add}>
      {!rights.change && <p>{READ_ONLY}</p>}
      <Loaded query={query} what="the secrets">
        {({ data }) => (
          <DataTable
            label="Secrets"
            name="secrets"
            columns={COLUMNS}
            rows={data}
            rowKey={(one) => one.name}
            {...(rights.change ? { actions } : {})}
            empty={
              <Empty title="No secrets yet" icon="secrets" actions={add}>
                A provider’s key becomes one by itself when the provider is added here.
              </Empty>
            }
          />
        )}
      </Loaded>
      {put !== null && <SecretDialog name={put} onClose={() => setPut(null)} />}
      <ConfirmDialog
        title={`Remove the secret ${gone?.name ?? ""}?`}
        confirm="Remove secret"
        isOpen={gone !== null}
        onOpenChange={(open) => !open && setGone(null)}
        onConfirm={() => remove.mutateAsync(gone?.name ?? "")}
      >
        <p>
          {gone === null || gone.used_by.length === 0
            ? "Nobody uses it. It cannot be brought back."
            : `It is kept as long as a provider uses it: ${gone.used_by.join(", ")}.`}
        </p>
      </ConfirmDialog>
    </Page>
  );
}
