import { useState } from "react";

import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Dialog } from "@/kit/Dialog";
import { Drawer } from "@/kit/Drawer";
import { Layout, useLayout } from "@/kit/Layout";
import { LayoutMenu } from "@/kit/LayoutMenu";
import { SplitPanels } from "@/kit/SplitPanels";
import { TextField } from "@/kit/TextField";
import { Sample } from "@/pages/kit/Sample";

const SPLIT = [
  { id: "list", title: "Conversations", size: 1, content: <p>Drag the border, or focus it and press the arrows.</p> },
  { id: "chat", title: "Chat", size: 2, content: <p>Every panel’s menu makes it wider, narrower, moves and collapses it.</p> },
  { id: "parameters", title: "Parameters", size: 1, content: <p>Drag the dots to move it.</p> },
];
const PANELS = [
  { id: "health", title: "Health", size: 2, content: <p>Two columns of four.</p> },
  { id: "cost", title: "Cost", size: 1, content: <p>One column.</p> },
  { id: "errors", title: "Errors", size: 1, content: <p>One column.</p> },
  { id: "calls", title: "Calls", size: 4, content: <p>The whole line.</p> },
];

function Dialogs() {
  const [open, setOpen] = useState<"dialog" | "drawer" | "confirm" | null>(null);
  const controls = (name: "dialog" | "drawer" | "confirm") => ({
    isOpen: open === name,
    onOpenChange: (isOpen: boolean) => setOpen(isOpen ? name : null),
  });
  return (
    <Sample name="Dialog, drawer, question">
      <Button onPress={() => setOpen("dialog")}>Dialog</Button>
      <Button onPress={() => setOpen("drawer")}>Drawer</Button>
      <Button onPress={() => setOpen("confirm")}>Question</Button>
      <Dialog
        {...controls("dialog")}
        title="Make a key"
        actions={
          <>
            <Button onPress={() => setOpen(null)}>Cancel</Button>
            <Button tone="primary" onPress={() => setOpen(null)}>
              Make key
            </Button>
          </>
        }
      >
        <TextField label="Name" autoFocus isRequired description="The program that will use it." />
      </Dialog>
      <Drawer {...controls("drawer")} title="Call req_01JD3KQ7">
        <p>The row’s details, while its list stays in sight.</p>
      </Drawer>
      <ConfirmDialog {...controls("confirm")} title="Revoke the key ci?" confirm="Revoke key" onConfirm={() => undefined} typed="ci">
        <p>Every program that presents it is refused from now on. This cannot be undone.</p>
      </ConfirmDialog>
    </Sample>
  );
}

/** What lies over the page, and what divides it. */
export function Places() {
  const layout = useLayout("kit", PANELS);
  return (
    <>
      <Dialogs />
      <Sample name="Split panels" look="block">
        <div className="kit__panels">
          <SplitPanels name="kit-split" label="Example of panels" panels={SPLIT} />
        </div>
      </Sample>
      <Sample name="Layout" look="block" lead="Arranged by the reader, kept for them, taken along as a file.">
        <div>
          <LayoutMenu layout={layout} />
        </div>
        <Layout layout={layout} panels={PANELS} />
      </Sample>
    </>
  );
}
