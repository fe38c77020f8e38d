import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Dialog } from "@/kit/Dialog";
import { Form } from "@/kit/Form";
import { IconButton } from "@/kit/IconButton";
import { Menu } from "@/kit/Menu";
import { TextField } from "@/kit/TextField";
import { useToast } from "@/kit/toasts";
import { desk } from "@/pages/chat/desk";
import type { Conversation } from "@/pages/chat/parts";
import { store } from "@/pages/chat/store";

interface ConversationMenuProps {
  conversation: Conversation | null;
  onChanged: (conversation: Conversation) => void;
  onCode: () => void;
}

function download(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}

/** What can be done with a conversation as a whole. */
export function ConversationMenu({ conversation, onChanged, onCode }: ConversationMenuProps) {
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const router = useRouter();
  const queries = useQueryClient();
  const toast = useToast();
  const id = conversation?.id ?? "";
  const change = async (changed: { title?: string; pinned?: boolean }): Promise<void> => {
    onChanged(await store.change(id, changed));
    await queries.invalidateQueries({ queryKey: ["conversations"] });
  };
  const remove = async (): Promise<void> => {
    await store.remove(id);
    desk.forget(id);
    await queries.invalidateQueries({ queryKey: ["conversations"] });
    await router.navigate({ href: "/chat" });
  };
  const rename = async (data: FormData): Promise<void> => {
    try {
      await change({ title: data.get("title") as string });
      setOpen(null);
    } catch (error) {
      setProblem(error);
    }
  };
  const name = conversation === null || conversation.title === "" ? "this chat" : conversation.title;
  const isPinned = conversation?.pinned === true;
  const kept = [
    { id: "rename", label: "Rename", icon: "edit" as const, onAction: () => setOpen("rename") },
    {
      id: "pin",
      label: isPinned ? "Unpin" : "Pin",
      icon: "pin" as const,
      onAction: () => void change({ pinned: !isPinned }).catch((error: unknown) => toast.error("It could not be changed.", error)),
    },
    { id: "markdown", label: "Export as Markdown", icon: "download" as const, onAction: () => download(`/api/conversations/${id}/export?form=markdown`) },
    { id: "json", label: "Export as JSON", icon: "download" as const, onAction: () => download(`/api/conversations/${id}/export?form=json`) },
    { id: "delete", label: "Delete", icon: "trash" as const, tone: "danger" as const, onAction: () => setOpen("delete") },
  ];
  return (
    <>
      <Menu label="This chat" items={[{ id: "code", label: "View as code", icon: "code", onAction: onCode }, ...(conversation === null ? [] : kept)]}>
        <IconButton icon="more" label="More of this chat" />
      </Menu>
      <Dialog
        title="Rename this chat"
        size="sm"
        isOpen={open === "rename"}
        onOpenChange={(isOpen) => !isOpen && setOpen(null)}
        actions={
          <Button type="submit" form="chat-rename" tone="primary">
            Rename
          </Button>
        }
      >
        <Form id="chat-rename" onSubmit={(data) => void rename(data)} error={problem}>
          <TextField label="Name" name="title" defaultValue={conversation?.title ?? ""} maxLength={200} autoFocus />
        </Form>
      </Dialog>
      <ConfirmDialog
        title="Delete this chat?"
        isOpen={open === "delete"}
        onOpenChange={(isOpen) => !isOpen && setOpen(null)}
        confirm="Delete"
        onConfirm={remove}
        tone="danger"
      >
        <p>All messages, branches and pictures of “{name}” are forgotten for good.</p>
      </ConfirmDialog>
    </>
  );
}
