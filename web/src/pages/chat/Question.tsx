import { memo, useRef, useState } from "react";

import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { IconButton } from "@/kit/IconButton";
import { Branches } from "@/pages/chat/Branches";
import { notSent } from "@/pages/chat/draft";
import { sizeOf } from "@/pages/chat/long";
import { type Message, type Part, partsOf, textOf } from "@/pages/chat/parts";
import { useIsSeen } from "@/pages/chat/seen";
import { imageAddress } from "@/pages/chat/store";
import { isShort } from "@/pages/chat/talk";

const FIRST = 4_000;
const LONG = 12_000;
const PIECE = 20_000;

interface QuestionProps {
  conversation: string;
  message: Message;
  onAskAnew: (message: Message, text: string) => Promise<void>;
  onShow: (id: string) => void;
}

/** Long texts are cut into pieces, each of which is laid out only when it comes into sight. */
function pieces(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / PIECE) }, (_, place) => text.slice(place * PIECE, (place + 1) * PIECE));
}

function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= LONG) return <p className="chat-question__text" dir="auto">{text}</p>;
  return (
    <>
      {(isWhole ? pieces(text) : [`${text.slice(0, FIRST)}…`]).map((piece, place) => (
        <p key={place} className="chat-question__text chat-question__piece" dir="auto">
          {piece}
        </p>
      ))}
      <Button size="sm" onPress={() => setWhole(!isWhole)}>
        {isWhole ? "Show less" : `Show all ${sizeOf(text)}`}
      </Button>
    </>
  );
}

interface EditorProps {
  parts: readonly Part[];
  onSave: (text: string) => Promise<void>;
  onCancel: () => void;
}

/** Words in the place of a question's; long texts and pictures stay with it. */
function Editor({ parts, onSave, onCancel }: EditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState("");
  const [isSaving, setSaving] = useState(false);
  const [text] = useState(() => textOf(parts.filter(isShort)));
  const long = parts.filter((part) => part.type === "text" && !isShort(part));
  const save = async (): Promise<void> => {
    const now = field.current?.value.trim() ?? text;
    if (isSaving || (now === "" && parts.every(isShort))) return;
    setSaving(true);
    setProblem("");
    try {
      await onSave(now);
    } catch (error) {
      setProblem(notSent(error));
      setSaving(false);
    }
  };
  return (
    <div className="chat-question__editor">
      <textarea
        ref={field}
        className="input chat-question__field"
        aria-label="Your question"
        dir="auto"
        defaultValue={text}
        autoFocus
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      <div className="chat-question__actions">
        <Button size="sm" tone="primary" isPending={isSaving} onPress={() => void save()}>
          Ask anew
        </Button>
        <Button size="sm" onPress={onCancel}>
          Cancel
        </Button>
        <span className="chat-hint">
          {long.length > 0 && `The pasted text of ${sizeOf(textOf(long))} stays with it. `}
          What was asked before stays as another branch.
        </span>
      </div>
      {problem !== "" && (
        <p className="chat-composer__problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** What a person asked, as they wrote it. */
export const Question = memo(({ conversation, message, onAskAnew, onShow }: QuestionProps) => {
  const [isEdited, setEdited] = useState(false);
  const isSeen = useIsSeen();
  const parts = partsOf(message);
  const text = textOf(parts);
  if (isEdited) {
    const save = async (now: string): Promise<void> => {
      await onAskAnew(message, now);
      setEdited(false);
    };
    return <Editor parts={parts} onSave={save} onCancel={() => setEdited(false)} />;
  }
  return (
    <div className="chat-question">
      <div className="chat-question__box">
        {parts.map((part) =>
          part.type === "image" ? (
            <img
              key={part.image}
              className="chat-picture"
              src={imageAddress(conversation, part.image)}
              alt={part.alt === "" ? "A picture without a description" : part.alt}
              loading="lazy"
            />
          ) : null,
        )}
        {parts.map((part, place) => (part.type === "text" && part.text !== "" ? <LongText key={place} text={part.text} /> : null))}
      </div>
      <div className="chat-message__actions">
        {isSeen && (
          <>
            <Branches id={message.id} siblings={message.siblings} onShow={onShow} />
            <Copy text={text} what="the question" shown={false} />
            <IconButton icon="edit" label="Edit and ask anew" size="sm" onPress={() => setEdited(true)} />
          </>
        )}
      </div>
    </div>
  );
});
Question.displayName = "Question";
