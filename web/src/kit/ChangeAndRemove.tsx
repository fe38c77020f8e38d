import { type ReactNode, useState } from "react";

import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Link } from "@/kit/Link";

export interface ChangeAndRemoveProps {
  /** What it is, in a word: `provider`, `limits`. */
  what: string;
  name: string;
  /** The address of the page that changes it. */
  edit: string;
  /** Removes it, once that was confirmed. */
  onRemove: () => unknown;
  /** What becomes of others when it is gone. */
  children: ReactNode;
}

/** What can be done with one thing of the store, for the head of its page: change it, and remove it when asked twice. */
export function ChangeAndRemove({ what, name, edit, onRemove, children }: ChangeAndRemoveProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Link to={edit} look="normal" icon="edit">
        Change
      </Link>
      <Button tone="danger" onPress={() => setOpen(true)}>
        Remove
      </Button>
      <ConfirmDialog
        title={`Remove the ${what} ${name}?`}
        confirm={`Remove ${what}`}
        isOpen={open}
        onOpenChange={setOpen}
        onConfirm={onRemove}
      >
        {children}
      </ConfirmDialog>
    </>
  );
}
