import { type ReactNode, useMemo, useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { Num } from "@/kit/Num";
import { called, SOURCES, type Team } from "@/pages/people/people";

const COLUMNS: readonly Column<Team>[] = [
  { id: "name", header: "Team", required: true, width: 16, grow: 2, sort: (one) => one.name, cell: (one) => called(one.name, "team") },
  { id: "limits", header: "Limits", width: 10, sort: (one) => one.limits ?? "", cell: (one) => one.limits ?? "none" },
  { id: "keys", header: "Keys", width: 6, align: "end", sort: (one) => one.keys, cell: (one) => <Num value={one.keys} /> },
  { id: "source", header: "Defined in", width: 8, sort: (one) => one.source, cell: (one) => SOURCES[one.source] },
];

interface TeamsProps {
  teams: readonly Team[];
  add: ReactNode;
  canChange: boolean;
  onOpen: (name: string) => void;
}

/** All teams, and what limits each. */
export function Teams({ teams, add, canChange, onOpen }: TeamsProps) {
  const [gone, setGone] = useState<Team | null>(null);
  const remove = useChange((name: string) => given(api.DELETE("/api/teams/{name}", { params: { path: { name } } })), {
    stale: ["teams", "standing", "audit"],
    done: (_, name) => `The team ${name} is deleted.`,
  });
  const actions = useMemo(
    () => (one: Team) => [
      { label: "Change", onAction: () => onOpen(one.name) },
      ...(one.source === "store" ? [{ label: "Delete", danger: true, onAction: () => setGone(one) }] : []),
    ],
    [onOpen],
  );
  return (
    <>
      <DataTable
        label="Teams"
        name="teams"
        columns={COLUMNS}
        rows={teams}
        rowKey={(one) => one.name}
        {...(canChange ? { actions, onOpen: (one: Team) => onOpen(one.name) } : {})}
        empty={
          <Empty title="No teams yet" icon="people" actions={add}>
            A team holds keys together: its limits hold for all of them at once.
          </Empty>
        }
      />
      <ConfirmDialog
        title={`Delete the team ${gone?.name ?? ""}?`}
        confirm="Delete team"
        isOpen={gone !== null}
        onOpenChange={(open) => !open && setGone(null)}
        onConfirm={() => remove.mutateAsync(gone?.name ?? "")}
      >
        <p>A team that has active keys is kept: move or revoke those first.</p>
      </ConfirmDialog>
    </>
  );
}
