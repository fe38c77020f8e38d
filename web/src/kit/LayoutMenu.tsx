import { useRef } from "react";

import { fit, type KeptArrangement, toggled } from "@/kit/arrangement";
import { Button } from "@/kit/Button";
import { Menu, type MenuAction } from "@/kit/Menu";
import { useToast } from "@/kit/toasts";

const FORM = "switchgear-layout/1";

function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

/** The arrangement in a file's text. Throws an Error in words when it is not a layout of this name. */
function read(text: string, name: string): unknown {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("The file is not JSON.");
  }
  const { form, layout, arrangement } = (typeof file === "object" && file !== null ? file : {}) as Record<string, unknown>;
  if (form !== FORM) throw new Error("The file is not a layout of Switchgear.");
  if (layout !== name) throw new Error(`The file is a layout of “${String(layout)}”, this page's is “${name}”.`);
  return arrangement;
}

/** What can be done with a page's layout as a whole: show and hide panels, take it along as a file, begin anew. */
export function LayoutMenu({ layout }: { layout: KeptArrangement }) {
  const { name, parts, arrangement, change, reset } = layout;
  const chooser = useRef<HTMLInputElement>(null);
  const toast = useToast();

  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      change(fit(read(await file.text(), name), parts));
      toast.ok("Layout taken from the file");
    } catch (error) {
      toast.error("The layout was not changed", error);
    }
  };
  const items: MenuAction[] = [
    ...parts.map((part) => ({
      id: `panel ${part.id}`,
      label: part.title,
      section: "Panels",
      isSelected: !arrangement.hidden.includes(part.id),
      onAction: () => change(toggled(arrangement, part.id, "hidden")),
    })),
    {
      id: "export",
      label: "Export to a file",
      icon: "download",
      section: "Layout",
      onAction: () => download(`switchgear-layout-${name}.json`, `${JSON.stringify({ form: FORM, layout: name, arrangement }, null, 2)}\n`),
    },
    { id: "import", label: "Import from a file", icon: "upload", section: "Layout", onAction: () => chooser.current?.click() },
    { id: "reset", label: "Reset", icon: "retry", section: "Layout", onAction: reset },
  ];
  return (
    <>
      <Menu label="Layout" items={items}>
        <Button icon="layout">Layout</Button>
      </Menu>
      <input
        ref={chooser}
        type="file"
        accept="application/json,.json"
        hidden
        aria-hidden="true"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </>
  );
}
