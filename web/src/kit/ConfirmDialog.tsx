import { type ReactNode, useState } from "react";

import { Button } from "@/kit/Button";
import { Dialog } from "@/kit/Dialog";
import { ErrorNote } from "@/kit/ErrorNote";
import { TextField } from "@/kit/TextField";

export interface ConfirmDialogProps {
  /** The question: “Revoke the key ci?” */
  title: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** What will happen, and whether it can be undone. */
  children: ReactNode;
  /** The deed's own verb: “Revoke key”. */
  confirm: string;
  /** Does it; the dialog waits, closes when it is done, and shows what went wrong. */
  onConfirm: () => unknown;
  tone?: "danger" | "primary";
  /** A name that has to be typed first, for what cannot be undone and hurts. */
  typed?: string;
}

/** Asks before something happens that cannot easily be taken back. */
export function ConfirmDialog({ title, isOpen, onOpenChange, children, confirm, onConfirm, tone = "danger", typed }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [name, setName] = useState("");

  const change = (open: boolean): void => {
    if (busy) return;
    setProblem(null);
    setName("");
    onOpenChange(open);
  };
  const act = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await onConfirm();
      setName("");
      onOpenChange(false);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onOpenChange={change}
      role="alertdialog"
      size="sm"
      actions={
        <>
          <Button onPress={() => change(false)} isDisabled={busy}>
            Cancel
          </Button>
          <Button tone={tone} isPending={busy} isDisabled={typed !== undefined && name !== typed} onPress={() => void act()}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
      {typed !== undefined && <TextField label={`Type ${typed} to go on`} value={name} onChange={setName} autoComplete="off" mono />}
      {problem !== null && <ErrorNote error={problem} />}
    </Dialog>
  );
}
