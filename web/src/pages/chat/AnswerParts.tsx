import { memo, useMemo } from "react";

import { Icon } from "@/kit/Icon";
import { Markdown } from "@/kit/Markdown";
import { type ErrorPart, type Part, type ReasoningPart, wholeCalls } from "@/pages/chat/parts";
import { useIsSeen } from "@/pages/chat/seen";
import { ToolCall, type ToolDecision } from "@/pages/chat/ToolCall";

interface AnswerPartsProps {
  parts: readonly Part[];
  isRunning: boolean;
  /** Decides on calls that wait for the reader; left out where nothing can be decided. */
  onDecide?: ((id: string, decision: ToolDecision) => void) | undefined;
}

function Reasoning({ part, isOpen }: { part: ReasoningPart; isOpen: boolean }) {
  return (
    <details className="chat-reasoning" open={isOpen || undefined}>
      <summary>
        <Icon name="chevronRight" size="sm" />
        {isOpen ? "Thinking" : "What it thought"}
      </summary>
      <div className="chat-reasoning__text" dir="auto">
        {part.text}
      </div>
    </details>
  );
}

function Failure({ part }: { part: ErrorPart }) {
  return (
    <div className="chat-failure">
      <Icon name="alert" />
      <p>
        {part.text} {part.hint}
      </p>
    </div>
  );
}

interface PieceProps extends Omit<AnswerPartsProps, "parts"> {
  part: Part;
  isLast: boolean;
}

/** One piece of an answer, drawn again only when it changes. */
const Piece = memo(({ part, isLast, isRunning, onDecide }: PieceProps) => {
  const isSeen = useIsSeen();
  switch (part.type) {
    case "text":
      return isSeen || isLast ? <Markdown text={part.text} streaming={isLast} /> : <div className="chat-answer__far">{part.text}</div>;
    case "reasoning":
      return <Reasoning part={part} isOpen={isLast} />;
    case "tool":
      return <ToolCall part={part} isRunning={isRunning} onDecide={onDecide} />;
    case "error":
      return <Failure part={part} />;
    case "image":
    case "said":
      return null;
  }
});
Piece.displayName = "Piece";

/** What a model answered, in its order: what it thought, said, and called. */
export function AnswerParts({ parts, isRunning, onDecide }: AnswerPartsProps) {
  const shown = useMemo(() => {
    const whole = wholeCalls(parts);
    return whole.size === 0 ? parts : parts.map((part) => (part.type === "tool" ? { ...part, ...whole.get(part.id) } : part));
  }, [parts]);
  return (
    <div className="chat-answer__parts">
      {shown.map((part, place) => (
        <Piece key={place} part={part} isRunning={isRunning} isLast={isRunning && place === shown.length - 1} onDecide={onDecide} />
      ))}
    </div>
  );
}
