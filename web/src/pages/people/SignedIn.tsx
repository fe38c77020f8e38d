import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { Loaded } from "@/kit/Loaded";
import { When } from "@/kit/When";
import { browser, BY } from "@/pages/account/sessions";

type Session = components["schemas"]["SomebodysSession"];

/** Whose a session is: the user's, or the key's that names nobody. */
function whose(one: Session): string {
  return one.user === "" ? one.key_name : one.user;
}

const COLUMNS: readonly Column<Session>[] = [
  { id: "who", header: "Who", required: true, width: 14, grow: 2, sort: whose, cell: (one) => (one.current ? `${whose(one)} (you, here)` : whose(one)) },
  { id: "role", header: "Role", width: 8, sort: (one) => one.role ?? "", cell: (one) => one.role ?? "calls only" },
  { id: "browser", header: "Browser", width: 12, cell: (one) => browser(one.agent) },
  { id: "from", header: "From", width: 10, sort: (one) => one.ip, cell: (one) => <span className="num">{one.ip === "" ? "this machine" : one.ip}</span> },
  { id: "by", header: "Signed in with", width: 10, sort: (one) => one.signed_in_by, cell: (one) => BY[one.signed_in_by] },
  { id: "since", header: "Since", width: 9, sort: (one) => one.created_at, cell: (one) => <When at={one.created_at} relative /> },
];

/** Who is signed in to the console, and where; each can be signed out. */
export function SignedIn({ isOwner }: { isOwner: boolean }) {
  const sessions = useQuery({
    queryKey: ["sessions", "all"],
    queryFn: ({ signal }) => given(api.GET("/api/sessions", { params: { query: { limit: 1000 } }, signal })),
  });
  const [gone, setGone] = useState<Session | null>(null);
  const end = useChange((id: string) => given(api.DELETE("/api/sessions/{session_id}", { params: { path: { session_id: id } } })), {
    stale: ["sessions", "audit"],
    done: () => "Signed out there",
  });
  const actions = useMemo(
    () => (one: Session) =>
      one.current || (one.role === "owner" && !isOwner) ? [] : [{ label: "Sign out", danger: true, onAction: () => setGone(one) }],
    [isOwner],
  );
  return (
    <>
      <Loaded query={sessions} what="the sessions">
        {({ data }) => (
          <DataTable
            label="Signed in"
            name="sessions"
            columns={COLUMNS}
            rows={data}
            rowKey={(one) => one.id}
            actions={actions}
            empty={
              <Empty title="Nobody is signed in" icon="people">
                Keys that programs send are no sessions; they are under Keys.
              </Empty>
            }
          />
        )}
      </Loaded>
      <ConfirmDialog
        title={`Sign out ${gone === null ? "" : whose(gone)}?`}
        confirm="Sign out"
        isOpen={gone !== null}
        onOpenChange={(open) => !open && setGone(null)}
        onConfirm={() => end.mutateAsync(gone?.id ?? "")}
      >
        <p>The session ends at once. To keep somebody from signing in again, disable the user or revoke the key.</p>
      </ConfirmDialog>
    </>
  );
}
