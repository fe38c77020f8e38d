import { useState } from "react";

import { Button } from "@/kit/Button";
import { Code } from "@/kit/Code";
import { Duration } from "@/kit/Duration";
import { Icon } from "@/kit/Icon";
import { Status } from "@/kit/Status";
import { useToast } from "@/kit/toasts";
import { usePending } from "@/pages/chat/approvals";
import type { ToolPart } from "@/pages/chat/parts";

/** What a reader says to a call that waits. */
export type ToolDecision = boolean;

interface ToolCallProps {
  part: ToolPart;
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

function OperatorsApproval({ part }: { part: ToolPart }) {
  const pending = usePending(part);
  const toast = useToast();
  const [isSent, setSent] = useState(false);
  if (pending === null || isSent) return null;
  if (!pending.mayDecide) return <p className="chat-tool__decide">An administrator has to approve this call. It waits on the page Approvals.</p>;
  const decide = (approve: boolean): void => {
    setSent(true);
    pending.decide(approve).catch((error: unknown) => {
      setSent(false);
      toast.error("The decision could not be kept.", error);
    });
  };
  return <Decide name={part.name} onDecide={decide} />;
}

/** A call of a tool: what it is called with, what it answered, and what it waits for. What a tool says is shown as text. */
export function ToolCall({ part, onDecide }: ToolCallProps) {
  const { word, tone } = WORDS[part.status] ?? { word: part.status, tone: "neutral" as const };
  const waits = part.status === "waiting";
  return (
    <div className="chat-tool">
      <details open={waits || undefined}>
        <summary className="chat-tool__head">
          <Icon name="chevronRight" size="sm" />
          <Icon name="tool" size="sm" />
          <span className="chat-tool__name num">{part.name}</span>
          <Status tone={tone}>{word}</Status>
          {part.ms !== null && <Duration ms={part.ms} />}
        </summary>
        <div className="chat-tool__body">
          {part.arguments !== "" && <Code code={pretty(part.arguments)} language="json" label="Arguments" wrap height={16} />}
          {part.result !== "" && <Code code={pretty(part.result)} label="Result" wrap height={20} />}
        </div>
      </details>
      {waits && part.approval === "client" && onDecide !== undefined && (
        <Decide name={part.name} onDecide={(approve) => onDecide(part.id, approve)} />
      )}
      <OperatorsApproval part={part} />
    </div>
  );
}
