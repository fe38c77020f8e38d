import { useState } from "react";

import { Button } from "@/kit/Button";
import { Code } from "@/kit/Code";
import { Duration } from "@/kit/Duration";
import { Icon } from "@/kit/Icon";
import { Status } from "@/kit/Status";
import { useToast } from "@/kit/toasts";
import { usePending } from "@/pages/chat/approvals";
import type { ToolPart } from "@/pages/chat/parts";
import { seen } from "@/pages/plugins/plain";

/** What a reader says to a call that waits. */
export type ToolDecision = boolean;

interface ToolCallProps {
  part: ToolPart;
  /** The answer is on its way: what runs, runs. */
  isRunning: boolean;
  onDecide?: ((id: string, decision: ToolDecision) => void) | undefined;
}

const WORDS: Record<string, { word: string; tone: "ok" | "warn" | "error" | "neutral" | "live" }> = {
  running: { word: "Running", tone: "live" },
  completed: { word: "Done", tone: "ok" },
  approved: { word: "Approved", tone: "ok" },
  failed: { word: "Failed", tone: "error" },
  declined: { word: "Declined", tone: "neutral" },
  waiting: { word: "Waits for approval", tone: "warn" },
};

/** One that was under way when its answer broke off. */
const LEFT = { word: "Broken off", tone: "neutral" } as const;

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Decide({ name, onDecide }: { name: string; onDecide: (approve: boolean) => void }) {
  return (
    <div className="chat-tool__decide">
      <p>May {name} be called with these arguments?</p>
      <Button size="sm" tone="primary" onPress={() => onDecide(true)}>
        Approve
      </Button>
      <Button size="sm" onPress={() => onDecide(false)}>
        Deny
      </Button>
    </div>
  );
}

interface OperatorsProps {
  part: ToolPart;
  /** Tells what was decided where the call waits no more and has to be made again; left out while it waits by itself. */
  onDecided: ((approve: boolean) => void) | undefined;
}

/** A call that waits for an operator: decided on in place by who may, and made again once that was done elsewhere. */
function OperatorsApproval({ part, onDecided }: OperatorsProps) {
  const pending = usePending(part);
  const toast = useToast();
  const [isSent, setSent] = useState(false);
  if (isSent || pending === undefined || (pending === null && onDecided === undefined)) return null;
  const decide = (approve: boolean): void => {
    if (pending === null) return;
    setSent(true);
    pending.decide(approve).then(
      () => onDecided?.(approve),
      (error: unknown) => {
        setSent(false);
        toast.error("The decision could not be kept.", error);
      },
    );
  };
  if (pending?.mayDecide === true) return <Decide name={part.name} onDecide={decide} />;
  return (
    <div className="chat-tool__decide">
      <p>
        {pending === null
          ? "It waits no more: it was decided on, or nobody did in time."
          : "An administrator has to approve this call. It waits on the page Approvals."}
      </p>
      {onDecided !== undefined && (
        <Button size="sm" onPress={() => onDecided(true)}>
          Call it again
        </Button>
      )}
    </div>
  );
}

function Waiting({ part, onDecide }: Pick<ToolCallProps, "part" | "onDecide">) {
  if (onDecide === undefined) return null;
  const decided = (approve: boolean): void => onDecide(part.id, approve);
  if (part.approval === "client") return <Decide name={part.name} onDecide={decided} />;
  return <OperatorsApproval part={part} onDecided={decided} />;
}

/** A call of a tool: what it is called with, what it answered, and what it waits for. What a tool says is shown as text. */
export function ToolCall({ part, isRunning, onDecide }: ToolCallProps) {
  const isLeft = part.status === "running" && !isRunning;
  const { word, tone } = isLeft ? LEFT : (WORDS[part.status] ?? { word: part.status, tone: "neutral" as const });
  const waits = part.status === "waiting";
  return (
    <div className="chat-tool" role="group" aria-label={`Call of ${part.name}`}>
      <details open={waits || undefined}>
        <summary className="chat-tool__head">
          <Icon name="chevronRight" size="sm" />
          <Icon name="tool" size="sm" />
          <span className="chat-tool__name num">{part.name}</span>
          <Status tone={tone}>{word}</Status>
          {part.ms !== null && <Duration ms={part.ms} />}
        </summary>
        <div className="chat-tool__body">
          {part.arguments !== "" && <Code code={seen(pretty(part.arguments))} language="json" label="Arguments" wrap height={16} />}
          {part.result !== "" && <Code code={seen(pretty(part.result))} label="Result" wrap height={20} />}
        </div>
      </details>
      {waits && <Waiting part={part} onDecide={onDecide} />}
      {part.status === "running" && isRunning && <OperatorsApproval part={part} onDecided={undefined} />}
    </div>
  );
}
