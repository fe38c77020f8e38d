import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Dialog } from "@/kit/Dialog";
import { Form } from "@/kit/Form";
import { Foot } from "@/pages/people/Foot";
import { called, type User } from "@/pages/people/people";
import { bodyOf, draftOf } from "@/pages/people/userDraft";
import { UserFields } from "@/pages/people/UserFields";

interface UserDialogProps {
  /** The user who is changed; none for a new one. */
  user: User | undefined;
  /** Whether roles may be given. */
  isOwner: boolean;
  onClose: () => void;
}

/** Defines a user, or changes what they may do and what limits them. */
export function UserDialog({ user, isOwner, onClose }: UserDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(user));
  const { name } = draft;
  const put = useChange(
    () => given(api.PUT("/api/users/{name}", { params: { path: { name } }, body: bodyOf(draft, isOwner) })),
    { stale: ["users", "standing", "audit", "me"], done: () => `Saved: ${called(name, "user")}.`, onDone: onClose },
  );
  const title = user === undefined ? "Add a user" : `Change ${called(user.name, "user")}`;
  return (
    <Dialog title={title} isOpen onOpenChange={(open) => !open && onClose()}>
      <Form onSubmit={() => put.mutate()} error={put.error} actions={<Foot isPending={put.isPending} onClose={onClose} />}>
        <UserFields
          draft={draft}
          onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
          isNew={user === undefined}
          isOwner={isOwner}
        />
      </Form>
    </Dialog>
  );
}
