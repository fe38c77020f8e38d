import { memo, useMemo, useState, useSyncExternalStore } from "react";

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
import { type Message, type Part, partsOf, textOf, type ToolPart } from "@/pages/chat/parts";
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

interface AnswerProps {
  doings: AnswerDoings;
  /** It stands beside others: one may go on from it. */
  isCompared?: boolean;
  isShown?: boolean;
}

const STATES: Partial<Record<Message["state"], string>> = {
  stopped: "Stopped",
  cut: "Cut off",
  failed: "No answer",
  waiting: "Waits for approval",
};

function Ended({ message, doings }: { message: Message; doings: AnswerDoings }) {
  const word = STATES[message.state];
  const waits = partsOf(message).filter((part) => part.type === "tool" && part.status === "waiting");
  if (word === undefined || (message.state === "waiting" && waits.length === 0)) return null;
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

/** What stands below an answer that is kept: how it ended, what it took, what can be done with it. */
function Foot({ message, doings, isCompared = false, isShown = false }: AnswerProps & { message: Message }) {
  const isSeen = useIsSeen();
  const { first_token_ms: first, total_ms: total } = message.timings;
  return (
    <>
      {message.content.length === 0 && message.state === "complete" && <p className="chat-answer__waiting">The model said nothing.</p>}
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
}

const NONE: readonly Part[] = [];
const nothing = (): null => null;
const never = () => nothing;

function waits(part: Part): part is ToolPart {
  return part.type === "tool" && part.status === "waiting";
}

/**
 * One answer, on its way or kept: its parts stay the same elements when it ends, so that what the reader laid open stays open. Calls
 * of tools that wait for the reader are decided on together.
 */
const OneAnswer = memo(({ run, message, ...rest }: AnswerProps & { run: Run | null; message: Message | null }) => {
  const [decided, setDecided] = useState<Readonly<Record<string, boolean>>>({});
  const progress = useSyncExternalStore(run?.subscribe ?? never, run?.progress ?? nothing);
  const parts = progress?.parts ?? (message === null ? NONE : partsOf(message));
  const isRunning = progress?.state === "running";
  const shown = useMemo(
    () => parts.map((part) => (waits(part) && part.id in decided ? { ...part, status: decided[part.id] === true ? "approved" : "declined" } : part)),
    [parts, decided],
  );
  const decide = (id: string, decision: boolean): void => {
    if (message === null) return;
    const now = { ...decided, [id]: decision };
    setDecided(now);
    if (parts.filter(waits).every((part) => part.id in now)) rest.doings.onDecide(message, now);
  };
  return (
    <>
      {run !== null && parts.length === 0 && <p className="chat-answer__waiting">Waits for the first word…</p>}
      <AnswerParts parts={shown} isRunning={isRunning} onDecide={message?.state === "waiting" ? decide : undefined} />
      {isRunning && <Status tone="live">Answering</Status>}
      {message !== null && <Foot message={message} {...rest} />}
    </>
  );
});
OneAnswer.displayName = "OneAnswer";

/** One answer: as it comes, and as it is kept. */
export function AnswerView({ answer, ...rest }: { answer: Answer } & AnswerProps) {
  const isKept = answer.kind === "kept";
  return <OneAnswer run={isKept ? null : answer.run} message={isKept ? answer.message : null} {...rest} />;
}
