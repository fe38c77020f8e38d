import { memo, useState, useSyncExternalStore } from "react";

import { Copy } from "@/kit/Copy";
import { IconButton } from "@/kit/IconButton";
import { Button } from "@/kit/Button";
import { Link } from "@/kit/Link";
import { Menu } from "@/kit/Menu";
import { Status } from "@/kit/Status";
import { AnswerParts } from "@/pages/chat/AnswerParts";
import { Branches } from "@/pages/chat/Branches";
import { Figures } from "@/pages/chat/Figures";
import type { Answer } from "@/pages/chat/items";
import { type Message, partsOf, textOf } from "@/pages/chat/parts";
import { useIsSeen } from "@/pages/chat/seen";
import type { Run } from "@/pages/chat/run";

/** What can be done to an answer. */
export interface AnswerDoings {
  models: readonly string[];
  onRetry: (message: Message, model?: string) => void;
  onGoOn: (message: Message) => void;
  onShow: (id: string) => void;
  onRemove: (message: Message) => void;
  onDecide: (message: Message, decisions: Readonly<Record<string, boolean>>) => void;
}

interface KeptProps {
  message: Message;
  doings: AnswerDoings;
  /** It stands beside others: one may go on from it. */
  isCompared?: boolean;
  isShown?: boolean;
}

const STATES: Partial<Record<Message["state"], string>> = {
  stopped: "Stopped",
  cut: "Cut off",
  failed: "No answer",
  waiting: "Waits for your approval",
};

function Ended({ message, doings }: { message: Message; doings: AnswerDoings }) {
  const word = STATES[message.state];
  if (word === undefined) return null;
  const hasText = textOf(partsOf(message)) !== "";
  return (
    <div className="chat-answer__ended">
      <Status tone={message.state === "failed" ? "error" : "warn"}>{word}</Status>
      {message.state !== "waiting" && (
        <>
          <Button size="sm" icon="retry" onPress={() => doings.onRetry(message)}>
            Try again
          </Button>
          {hasText && (
            <Button size="sm" onPress={() => doings.onGoOn(message)}>
              Go on from here
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function Actions({ message, doings, isCompared }: { message: Message; doings: AnswerDoings; isCompared: boolean }) {
  const others = doings.models.filter((one) => one !== message.model);
  return (
    <div className="chat-message__actions">
      {!isCompared && <Branches id={message.id} siblings={message.siblings} onShow={doings.onShow} />}
      <Copy text={textOf(partsOf(message))} what="the answer" shown={false} />
      <IconButton icon="retry" label="Try again" size="sm" onPress={() => doings.onRetry(message)} />
      <Menu
        label="More of this answer"
        items={[
          ...others.slice(0, 12).map((model) => ({
            id: model,
            label: model,
            section: "Try another model",
            onAction: () => doings.onRetry(message, model),
          })),
          { id: "remove", label: "Delete it and what follows", icon: "trash", tone: "danger", section: "This answer", onAction: () => doings.onRemove(message) },
        ]}
      >
        <IconButton icon="more" label="More" size="sm" />
      </Menu>
      {message.call_id !== "" && <Link to={`/calls/${message.call_id}`}>Why this answer</Link>}
    </div>
  );
}

/** An answer that is kept. Calls of tools that wait for the reader are decided on together. */
const Kept = memo(({ message, doings, isCompared = false, isShown = false }: KeptProps) => {
  const [decided, setDecided] = useState<Readonly<Record<string, boolean>>>({});
  const isSeen = useIsSeen();
  const parts = partsOf(message);
  const waiting = parts.filter((part) => part.type === "tool" && part.status === "waiting" && part.approval === "client");
  const decide = (id: string, decision: boolean): void => {
    const now = { ...decided, [id]: decision };
    setDecided(now);
    if (waiting.every((part) => part.type === "tool" && part.id in now)) doings.onDecide(message, now);
  };
  const shown = parts.map((part) =>
    part.type === "tool" && part.id in decided ? { ...part, status: decided[part.id] === true ? "approved" : "declined" } : part,
  );
  const { first_token_ms: first, total_ms: total } = message.timings;
  return (
    <>
      <AnswerParts parts={shown} isRunning={false} onDecide={message.state === "waiting" ? decide : undefined} />
      {parts.length === 0 && message.state === "complete" && <p className="chat-answer__waiting">The model said nothing.</p>}
      <Ended message={message} doings={doings} />
      <Figures firstTokenMs={first ?? null} totalMs={total ?? null} tokens={message.usage.completion_tokens ?? 0} cost={message.cost_usd} />
      {isSeen ? <Actions message={message} doings={doings} isCompared={isCompared} /> : <div className="chat-message__actions" />}
      {isCompared &&
        (isShown ? (
          <Status tone="info">You go on from this one</Status>
        ) : (
          <Button size="sm" onPress={() => doings.onShow(message.id)}>
            Go on from this one
          </Button>
        ))}
    </>
  );
});
Kept.displayName = "Kept";

function Running({ run }: { run: Run }) {
  const progress = useSyncExternalStore(run.subscribe, run.progress);
  const isEmpty = progress.parts.length === 0;
  return (
    <>
      {isEmpty && <p className="chat-answer__waiting">Waits for the first word…</p>}
      <AnswerParts parts={progress.parts} isRunning={progress.state === "running"} />
      {progress.state === "running" && <Status tone="live">Answering</Status>}
    </>
  );
}

/** One answer: as it comes, and as it is kept. */
export function AnswerView({ answer, ...rest }: { answer: Answer } & Omit<KeptProps, "message">) {
  return answer.kind === "running" ? <Running run={answer.run} /> : <Kept message={answer.message} {...rest} />;
}
