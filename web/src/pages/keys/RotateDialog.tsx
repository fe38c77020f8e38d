import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Dialog } from "@/kit/Dialog";
import { Form } from "@/kit/Form";
import { Select } from "@/kit/Select";
import { type Key, type KeyCreated, madeKeyQuery } from "@/pages/keys/key";

const OVERLAPS = [
  { id: "0", label: "Not at all: the old one ends now" },
  { id: "3600", label: "For an hour" },
  { id: "86400", label: "For a day" },
  { id: "604800", label: "For 7 days" },
  { id: "2592000", label: "For 30 days" },
];

interface RotateDialogProps {
  of: Key;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Given the key with its new secret, to show it. */
  onRotated: (made: KeyCreated) => void;
}

/** Gives a key a new secret; asks how long the old one works beside it. */
export function RotateDialog({ of, isOpen, onOpenChange, onRotated }: RotateDialogProps) {
  const queries = useQueryClient();
  const [overlap, setOverlap] = useState("86400");
  const rotate = useChange(
    () =>
      given(
        api.POST("/api/keys/{key_id}/rotate", {
          params: { path: { key_id: of.id } },
          body: { overlap_seconds: Number(overlap) },
        }),
      ),
    {
      stale: ["keys"],
      onDone: (made) => {
        queries.setQueryData(madeKeyQuery.queryKey, made);
        onOpenChange(false);
        onRotated(made);
      },
    },
  );
  return (
    <Dialog title={`Rotate ${of.name}?`} isOpen={isOpen} onOpenChange={onOpenChange} size="sm">
      <Form
        onSubmit={() => rotate.mutate()}
        error={rotate.error}
        actions={
          <>
            <Button tone="quiet" onPress={() => onOpenChange(false)}>
              Cancel
            </Button>
            <Button type="submit" tone="primary" isPending={rotate.isPending}>
              Rotate key
            </Button>
          </>
        }
      >
        <p>It gets a new secret, which is shown once. Everything else about it stays: its models, limits and usage.</p>
        <Select label="The old secret works on" name="overlap_seconds" options={OVERLAPS} value={overlap} onChange={setOverlap} />
      </Form>
    </Dialog>
  );
}
