import { memo, useRef, useState } from "react";

import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { IconButton } from "@/kit/IconButton";
import { Branches } from "@/pages/chat/Branches";
import { type Message, partsOf, textOf } from "@/pages/chat/parts";
import { useIsSeen } from "@/pages/chat/seen";
import { imageAddress } from "@/pages/chat/store";

const FIRST = 4_000;
const LONG = 12_000;
const PIECE = 20_000;

interface QuestionProps {
  conversation: string;
  message: Message;
  onAskAnew: (message: Message, text: string) => void;
  onShow: (id: string) => void;
}

/** Long texts are cut into pieces, each of which is laid out only when it comes into sight. */
function pieces(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / PIECE) }, (_, place) => text.slice(place * PIECE, (place + 1) * PIECE));
}

function LongText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= LONG) return <p className="chat-question__text" dir="auto">{text}</p>;
  const size = text.length < 1_000_000 ? `${Math.round(text.length / 1000)} thousand` : `${(text.length / 1_000_000).toFixed(1)} million`;
  return (
    <>
      {(isWhole ? pieces(text) : [`${text.slice(0, FIRST)}…`]).map((piece, place) => (
        <p key={place} className="chat-question__text chat-question__piece" dir="auto">
          {piece}
        </p>
      ))}
      <Button size="sm" onPress={() => setWhole(!isWhole)}>
        {isWhole ? "Show less" : `Show all ${size} characters`}
      </Button>
    </>
  );
}

function Editor({ text, onSave, onCancel }: { text: string; onSave: (text: string) => void; onCancel: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const save = (): void => onSave(field.current?.value ?? text);
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
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
        }}
      />
      <div className="chat-question__actions">
        <Button size="sm" tone="primary" onPress={save}>
          Ask anew
        </Button>
        <Button size="sm" onPress={onCancel}>
          Cancel
        </Button>
        <span className="chat-hint">What was asked before stays as another branch.</span>
      </div>
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
    const save = (now: string): void => {
      setEdited(false);
      onAskAnew(message, now);
    };
    return <Editor text={text} onSave={save} onCancel={() => setEdited(false)} />;
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
        {text !== "" && <LongText text={text} />}
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
