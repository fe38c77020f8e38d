import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { Button } from "@/kit/Button";
import { IconButton } from "@/kit/IconButton";
import type { Draft, Outgoing } from "@/pages/chat/draft";
import { LONG_PASTE } from "@/pages/chat/long";
import { PastedTexts } from "@/pages/chat/PastedTexts";
import { Pictures } from "@/pages/chat/Pictures";

const MOST_MEASURED = 20_000;
const FIELD = "chat-field";

/** Brings the focus to where one writes. */
export function toComposer(): void {
  document.getElementById(FIELD)?.focus({ preventScroll: true });
}

interface ComposerProps {
  /** What is being written: it outlives this field. */
  draft: Draft;
  isAnswering: boolean;
  enterSends: boolean;
  /** Why nothing can be sent; `null` when it can. */
  refusal: string | null;
  onSend: (outgoing: Outgoing) => Promise<void>;
  onStop: () => void;
}

/** By hand: `field-sizing: content` lays out all of a text of megabytes with every letter. */
function rowsOf(text: string): number {
  return text.length < MOST_MEASURED ? Math.min(14, Math.max(3, text.split("\n").length)) : 14;
}

/** Takes files that are dropped anywhere in the window: beside the field they would take the page's place. Whether some are held over it. */
function useDrops(take: (files: FileList) => void): boolean {
  const [isOver, setOver] = useState(false);
  const taking = useRef(take);
  useEffect(() => {
    taking.current = take;
  });
  useEffect(() => {
    const files = (event: DragEvent): DataTransfer | null =>
      event.dataTransfer?.types.includes("Files") === true ? event.dataTransfer : null;
    const over = (event: DragEvent): void => {
      if (files(event) === null) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      const held = files(event);
      if (held === null) return;
      event.preventDefault();
      taking.current(held.files);
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}

/** Where one writes: text, and pictures by paste, drop or choice. The focus stays here while answers come. */
export function Composer({ draft, isAnswering, enterSends, refusal, onSend, onStop }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const [first] = useState(draft.text);
  const [rows, setRows] = useState(() => rowsOf(first));
  const written = useSyncExternalStore(draft.subscribe, draft.view);
  const isOver = useDrops((files) => void draft.add(files));
  const { changes } = written;

  useEffect(() => {
    const area = field.current;
    if (area === null || area.value === draft.text) return;
    area.value = draft.text;
    setRows(rowsOf(draft.text));
  }, [draft, changes]);
  useEffect(() => {
    const area = field.current;
    area?.setSelectionRange(area.value.length, area.value.length); // one writes on where one stopped
    const keep = (): void => draft.keep();
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [draft]);

  const send = async (): Promise<void> => {
    const area = field.current;
    if (area === null || isAnswering || refusal !== null) return;
    area.focus({ preventScroll: true }); // its button becomes another one
    draft.type(area.value);
    await draft.send(onSend);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const sends = event.key === "Enter" && !event.shiftKey && !event.altKey && (enterSends || event.ctrlKey || event.metaKey);
    if (sends) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape" && isAnswering) onStop();
  };
  const paste = (event: ClipboardEvent): void => {
    const { files } = event.clipboardData;
    const text = event.clipboardData.getData("text/plain");
    if (text.length >= LONG_PASTE) {
      event.preventDefault();
      draft.paste(text);
    } else if (files.length > 0 && text === "") {
      // what has words too was copied for them: a table brings its own portrait
      event.preventDefault();
      void draft.add(files);
    }
  };

  return (
    <div className="chat-composer" data-over={isOver || undefined}>
      <Pictures pictures={written.pictures} onChange={(one) => draft.describe(one)} onRemove={(one) => draft.remove(one.id)} />
      <PastedTexts texts={written.pasted} onRemove={(id) => draft.remove(id)} />
      <textarea
        ref={field}
        id={FIELD}
        data-keeps-focus=""
        defaultValue={first}
        className="input chat-composer__field"
        aria-label="Message"
        aria-describedby="chat-keys"
        placeholder="Ask something"
        dir="auto"
        rows={rows}
        onChange={(event) => {
          const { value } = event.target;
          setRows(rowsOf(value));
          draft.type(value);
        }}
        onKeyDown={keys}
        onPaste={paste}
      />
      <div className="chat-composer__line">
        <input
          ref={chooser}
          className="visually-hidden"
          type="file"
          accept="image/png,image/jpeg,image/webp,image/gif"
          multiple
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            void draft.add(event.target.files ?? []);
            event.target.value = "";
          }}
        />
        <IconButton icon="image" label="Add pictures" onPress={() => chooser.current?.click()} />
        <p id="chat-keys" className="chat-hint">
          {written.isSending ? "Sending…" : refusal ?? (enterSends ? "Enter sends, Shift+Enter is a new line." : "Ctrl+Enter sends.")} {written.note}
        </p>
        {isAnswering ? (
          <Button icon="stop" onPress={onStop}>
            Stop
          </Button>
        ) : (
          <Button tone="primary" icon="send" isDisabled={refusal !== null} isPending={written.isSending} onPress={() => void send()}>
            Send
          </Button>
        )}
      </div>
      {written.problem !== "" && (
        <p className="chat-composer__problem" role="alert">
          {written.problem}
        </p>
      )}
    </div>
  );
}
