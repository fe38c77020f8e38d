import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";

import { Button } from "@/kit/Button";
import { IconButton } from "@/kit/IconButton";
import type { Local } from "@/pages/chat/local";
import { MOST_PICTURES, picture } from "@/pages/chat/pictures";
import { Pictures } from "@/pages/chat/Pictures";
import type { Picture } from "@/pages/chat/talk";

const SETTLES_MS = 200;
const MOST_MEASURED = 20_000;
const FIELD = "chat-field";

/** Brings the focus to where one writes. */
export function toComposer(): void {
  document.getElementById(FIELD)?.focus({ preventScroll: true });
}

interface ComposerProps {
  /** Under which what is written is kept: the conversation's id, or `new`. */
  id: string;
  local: Local;
  isAnswering: boolean;
  enterSends: boolean;
  /** Why nothing can be sent; `null` when it can. */
  refusal: string | null;
  onSend: (text: string, pictures: readonly Picture[]) => Promise<void>;
  onStop: () => void;
}

/** Keeps what is written in the browser, so that nothing is lost. */
function useDraft(
  field: Readonly<RefObject<HTMLTextAreaElement | null>>,
  id: string,
  local: Local,
): { first: string; note: string; changed: () => void; clear: () => void } {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [note, setNote] = useState("");
  const [first] = useState(() => local.draft(id));
  useEffect(() => {
    const area = field.current;
    const keep = (): void => {
      if (area !== null) local.keepDraft(id, area.value);
    };
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      clearTimeout(timer.current);
      keep();
    };
  }, [field, id, local]);
  const changed = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const kept = local.keepDraft(id, field.current?.value ?? "");
      setNote(kept ? "" : "This is too long to be kept in the browser as a draft. It can be sent.");
    }, SETTLES_MS);
  };
  const clear = (): void => {
    clearTimeout(timer.current);
    local.keepDraft(id, "");
    setNote("");
  };
  return { first, note, changed, clear };
}

/** Where one writes: text, and pictures by paste, drop or choice. The focus stays here while answers come. */
export function Composer({ id, local, isAnswering, enterSends, refusal, onSend, onStop }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const [pictures, setPictures] = useState<readonly Picture[]>([]);
  const [problem, setProblem] = useState("");
  const [rows, setRows] = useState(3);
  const [isSending, setSending] = useState(false);
  const draft = useDraft(field, id, local);

  const add = async (files: Iterable<File>): Promise<void> => {
    setProblem("");
    for (const file of [...files]) {
      try {
        const made = await picture(file);
        setPictures((before) => (before.length < MOST_PICTURES ? [...before, made] : before));
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    }
  };
  const send = async (): Promise<void> => {
    const area = field.current;
    if (area === null || isAnswering || isSending || refusal !== null) return;
    const text = area.value.trim();
    if (text === "" && pictures.length === 0) return;
    setSending(true);
    setProblem("");
    try {
      area.value = "";
      setRows(3);
      await onSend(text, pictures);
      for (const one of pictures) URL.revokeObjectURL(one.url);
      setPictures([]);
      draft.clear();
    } catch (error) {
      if (area.value === "") area.value = text;
      local.keepDraft(id, text);
      const why = error instanceof Error ? error.message : String(error);
      setProblem(`It was not sent, and is still here. ${why}`);
    } finally {
      setSending(false);
      area.focus({ preventScroll: true });
    }
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
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    void add(event.clipboardData.files);
  };
  const drop = (event: DragEvent): void => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    void add(event.dataTransfer.files);
  };

  return (
    <div className="chat-composer" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <Pictures
        pictures={pictures}
        onChange={(one) => setPictures((before) => before.map((each) => (each.id === one.id ? one : each)))}
        onRemove={(one) => setPictures((before) => before.filter((each) => each.id !== one.id))}
      />
      <textarea
        ref={field}
        id={FIELD}
        defaultValue={draft.first}
        className="input chat-composer__field"
        aria-label="Message"
        aria-describedby="chat-keys"
        placeholder="Ask something"
        dir="auto"
        rows={rows}
        onChange={(event) => {
          const { value } = event.target;
          // by hand: `field-sizing: content` lays out all of a text of megabytes with every letter
          if (value.length < MOST_MEASURED) setRows(Math.min(14, Math.max(3, value.split("\n").length)));
          draft.changed();
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
            void add(event.target.files ?? []);
            event.target.value = "";
          }}
        />
        <IconButton icon="image" label="Add pictures" onPress={() => chooser.current?.click()} />
        <p id="chat-keys" className="chat-hint">
          {refusal ?? (enterSends ? "Enter sends, Shift+Enter is a new line." : "Ctrl+Enter sends.")} {draft.note}
        </p>
        {isAnswering ? (
          <Button icon="stop" onPress={onStop}>
            Stop
          </Button>
        ) : (
          <Button tone="primary" icon="send" isDisabled={refusal !== null} isPending={isSending} onPress={() => void send()}>
            Send
          </Button>
        )}
      </div>
      {problem !== "" && (
        <p className="chat-composer__problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
