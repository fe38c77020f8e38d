import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { DropZone } from "react-aria-components/DropZone";
import { FileTrigger } from "react-aria-components/FileTrigger";
import type { DropItem } from "react-aria-components/ListBox";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { Form } from "@/kit/Form";
import { Section } from "@/kit/Section";
import { TagField } from "@/kit/TagField";
import { TextField } from "@/kit/TextField";
import { chosenFolder, droppedFolder, proposeFile, proposeFolder } from "@/pages/plugins/install/send";
import type { Proposal } from "@/pages/plugins/plugin";

interface SourceProps {
  /** What stands in the field at first. */
  first: string;
  onProposed: (proposal: Proposal) => void;
}

const NAME = "^([a-z0-9]+(-[a-z0-9]+)*)?$";

/** Where a plugin comes from: a name of the grammar of sources, or a file, a document or a folder of one's own. */
export function Source({ first, onProposed }: SourceProps) {
  const [source, setSource] = useState(first);
  const [name, setName] = useState("");
  const [args, setArgs] = useState<string[]>([]);
  const named = useMutation({
    mutationFn: () => given(api.POST("/api/plugins/proposals", { body: { source: source.trim(), name, arguments: args } })),
    onSuccess: onProposed,
  });
  const sent = useMutation({
    mutationFn: (files: readonly File[]) => {
      const [file] = files;
      if (file === undefined) throw new Error("No file was chosen.");
      const { root, found } = chosenFolder(files);
      return files.length > 1 || root !== "" ? proposeFolder(root, found) : proposeFile(file);
    },
    onSuccess: onProposed,
  });
  const dropped = useMutation({
    mutationFn: async (items: readonly DropItem[]) => {
      const [item] = items;
      if (item === undefined || item.kind === "text") throw new Error("That is no file.");
      if (items.length > 1) throw new Error("Drop one thing: a bundle, an OpenAPI document, or the folder of a plugin.");
      return item.kind === "directory" ? proposeFolder(item.name, await droppedFolder(item)) : proposeFile(await item.getFile());
    },
    onSuccess: onProposed,
  });
  const sending = sent.isPending || dropped.isPending;
  const busy = named.isPending || sending;
  const choose = (files: FileList | null): void => {
    dropped.reset();
    if (files !== null) sent.mutate([...files]);
  };
  return (
    <>
      <Form
        onSubmit={() => named.mutate()}
        error={named.error}
        actions={
          <Button type="submit" tone="primary" isPending={named.isPending} isDisabled={sending}>
            {named.isPending ? "Fetching it…" : "Look at it"}
          </Button>
        }
      >
        <TextField
          label="Source"
          name="source"
          mono
          isRequired
          autoComplete="off"
          placeholder="pypi:mcp-server-time"
          description={<Grammar />}
          value={source}
          onChange={setSource}
        />
        <details className="plugins__more">
          <summary>Its name, and arguments of its command</summary>
          <div className="plugins__fields">
            <TextField label="Name" name="name" mono pattern={NAME} description="Lower-case letters, digits and hyphens; its own when left out." value={name} onChange={setName} />
            <TagField label="Arguments" name="arguments" mono description="What a package's command is given besides." value={args} onChange={setArgs} />
          </div>
        </details>
      </Form>
      <Section title="Or a file of yours" lead="A bundle (.mcpb), an OpenAPI document (.json, .yaml), or the folder of a plugin, which is packed here first.">
        <DropZone
          className="plugins__drop"
          isDisabled={busy}
          getDropOperation={() => "copy"}
          onDrop={(event) => {
            sent.reset();
            dropped.mutate(event.items);
          }}
          aria-label="Drop a bundle or an OpenAPI document here"
        >
          <p>{sending ? "Sending it…" : "Drop it here, or choose it."}</p>
          <div className="plugins__buttons">
            <FileTrigger acceptedFileTypes={[".mcpb", ".dxt", ".zip", ".json", ".yaml", ".yml"]} onSelect={choose}>
              <Button icon="upload" isDisabled={busy}>
                Choose a file
              </Button>
            </FileTrigger>
            <FileTrigger acceptDirectory onSelect={choose}>
              <Button icon="upload" isDisabled={busy}>
                Choose a folder
              </Button>
            </FileTrigger>
          </div>
        </DropZone>
        {(sent.isError || dropped.isError) && <ErrorNote error={sent.error ?? dropped.error} title="It cannot be installed." />}
      </Section>
    </>
  );
}

function Grammar(): ReactNode {
  return (
    <>
      <code>pypi:NAME</code>, <code>npm:NAME</code>, <code>https://…</code> for a server elsewhere, <code>registry:NAME</code>, <code>openapi:https://…</code>, or the
      name of a bundle found on this machine.
    </>
  );
}
