import { useMutation } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { Dialog } from "@/kit/Dialog";
import { ErrorNote } from "@/kit/ErrorNote";
import { When } from "@/kit/When";

/** Makes a link that signs a user in once, and shows it this once. */
export function InviteDialog({ user, onClose }: { user: string; onClose: () => void }) {
  const make = useMutation({ mutationFn: () => given(api.POST("/api/sign-in/links", { body: { user, role: "viewer" } })) });
  return (
    <Dialog
      title={`A sign-in link for ${user}`}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      actions={
        make.data === undefined ? (
          <Button tone="primary" isPending={make.isPending} onPress={() => make.mutate()}>
            Make the link
          </Button>
        ) : (
          <Button onPress={onClose}>Done</Button>
        )
      }
    >
      {make.isError && <ErrorNote error={make.error} title="The link could not be made." />}
      {make.data === undefined ? (
        <p>Whoever opens it first is signed in as {user}, so send it to them alone. It is shown once, and soon opens nothing any more.</p>
      ) : (
        <div role="status">
          <p>
            <Copy text={make.data.url} what="the link" />
          </p>
          <p>
            It signs in once, until <When at={make.data.expires_at} />.
          </p>
        </div>
      )}
    </Dialog>
  );
}
