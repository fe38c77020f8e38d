import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Dialog } from "@/kit/Dialog";
import { Form } from "@/kit/Form";
import { TextField } from "@/kit/TextField";

interface SecretDialogProps {
  /** The secret that gets another value; empty for a new one. */
  name: string;
  onClose: () => void;
}

/** Keeps a secret, or gives one another value. */
export function SecretDialog({ name: given_, onClose }: SecretDialogProps) {
  const [name, setName] = useState(given_);
  const [value, setValue] = useState("");
  const put = useChange(
    () => given(api.PUT("/api/secrets/{name}", { params: { path: { name } }, body: { value } })),
    { stale: ["secrets", "providers"], done: () => `The secret ${name} is kept. Providers that use it take it at once.`, onDone: onClose },
  );
  return (
    <Dialog title={given_ === "" ? "Keep a secret" : `Another value for ${given_}`} isOpen onOpenChange={(open) => !open && onClose()} size="sm">
      <Form
        onSubmit={() => put.mutate()}
        error={put.error}
        actions={
          <>
            <Button tone="quiet" onPress={onClose}>
              Cancel
            </Button>
            <Button type="submit" tone="primary" isPending={put.isPending}>
              Keep it
            </Button>
          </>
        }
      >
        <TextField
          label="Name"
          name="name"
          value={name}
          onChange={setName}
          isDisabled={given_ !== ""}
          isRequired
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          mono
          autoFocus={given_ === ""}
        />
        <TextField label="Value" name="value" type="password" autoComplete="off" value={value} onChange={setValue} isRequired mono autoFocus={given_ !== ""} description="One line. It is encrypted, and never shown again." />
      </Form>
    </Dialog>
  );
}
