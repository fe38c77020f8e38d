import { type ReactNode, useMemo, useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { Num } from "@/kit/Num";
import { Status } from "@/kit/Status";
import { called, SOURCES, type User } from "@/pages/people/people";
import { ROLES } from "@/session/roles";

const COLUMNS: readonly Column<User>[] = [
  { id: "name", header: "User", required: true, width: 16, grow: 2, sort: (one) => one.name, cell: (one) => called(one.name, "user") },
  { id: "role", header: "Role", width: 8, sort: (one) => ROLES.indexOf(one.role), cell: (one) => (one.name === "*" ? "" : one.role) },
  { id: "team", header: "Team", width: 9, sort: (one) => one.team, cell: (one) => one.team },
  { id: "limits", header: "Limits", width: 9, sort: (one) => one.limits ?? "", cell: (one) => one.limits ?? "none" },
  { id: "keys", header: "Keys", width: 5, align: "end", sort: (one) => one.keys, cell: (one) => <Num value={one.keys} /> },
  {
    id: "state",
    header: "May sign in",
    width: 8,
    sort: (one) => Number(one.disabled),
    cell: (one) => {
      if (one.name === "*" || one.source === "keys") return <Status tone="neutral">Not defined</Status>;
      return one.disabled ? <Status tone="warn">Disabled</Status> : <Status tone="ok">Yes</Status>;
    },
  },
  { id: "source", header: "Defined in", width: 7, sort: (one) => one.source, cell: (one) => SOURCES[one.source], hidden: true },
];

interface UsersProps {
  users: readonly User[];
  add: ReactNode;
  canChange: boolean;
  isOwner: boolean;
  onOpen: (name: string) => void;
  onInvite: (name: string) => void;
}

/** All users: what each may do, and what limits them. */
export function Users({ users, add, canChange, isOwner, onOpen, onInvite }: UsersProps) {
  const [gone, setGone] = useState<User | null>(null);
  const remove = useChange((name: string) => given(api.DELETE("/api/users/{name}", { params: { path: { name } } })), {
    stale: ["users", "standing", "audit"],
    done: (_, name) => `${name} is deleted and signed out.`,
  });
  const actions = useMemo(
    () => (one: User) => [
      { label: "Change", onAction: () => onOpen(one.name) },
      ...(isOwner && one.name !== "*" && one.source !== "keys" && !one.disabled
        ? [{ label: "Make a sign-in link", onAction: () => onInvite(one.name) }]
        : []),
      ...(one.source === "store" ? [{ label: "Delete", danger: true, onAction: () => setGone(one) }] : []),
    ],
    [isOwner, onInvite, onOpen],
  );
  return (
    <>
      <DataTable
        label="Users"
        name="users"
        columns={COLUMNS}
        rows={users}
        rowKey={(one) => one.name}
        {...(canChange ? { actions, onOpen: (one: User) => onOpen(one.name) } : {})}
        empty={
          <Empty title="No users yet" icon="people" actions={add}>
            A user signs in by a link that an owner makes, or at your OpenID Connect server, and has keys of their own.
          </Empty>
        }
      />
      <ConfirmDialog
        title={`Delete the user ${gone?.name ?? ""}?`}
        confirm="Delete user"
        isOpen={gone !== null}
        onOpenChange={(open) => !open && setGone(null)}
        onConfirm={() => remove.mutateAsync(gone?.name ?? "")}
      >
        <p>They are signed out everywhere, and their conversations and preferences are deleted. Somebody who has active keys is kept: revoke those first, or disable the user.</p>
      </ConfirmDialog>
    </>
  );
}
