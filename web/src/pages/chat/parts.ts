import type { components } from "@/api/schema";

/** A message as the API keeps it. */
export type Message = components["schemas"]["Message"];
/** A conversation without its messages. */
export type Conversation = components["schemas"]["Conversation"];

/** Text: Markdown where a model wrote it. */
export interface TextPart {
  type: "text";
  text: string;
}

/** An image of the conversation, by its id. */
export interface ImagePart {
  type: "image";
  image: string;
  alt: string;
}

/** What a model thought. */
export interface ReasoningPart {
  type: "reasoning";
  text: string;
}

/** A call of a tool, as far as it is. */
export interface ToolPart {
  type: "tool";
  id: string;
  name: string;
  arguments: string;
  result: string;
  status: string;
  ms: number | null;
  /** The approval that it waits for: an operator's, or with `client` the reader's own. */
  approval: string;
}

/** What was said between model and tools, for the next request. */
export interface SaidPart {
  type: "said";
  messages: Record<string, unknown>[];
}

/** Why an answer is not whole. */
export interface ErrorPart {
  type: "error";
  code: string;
  text: string;
  hint: string;
}

/** A piece of a message. */
export type Part = TextPart | ImagePart | ReasoningPart | ToolPart | SaidPart | ErrorPart;

/** How an answer ended. */
export type State = Message["state"];

/** The parts of a kept message; what it holds was checked when it was kept. */
export function partsOf(message: Message): Part[] {
  return message.content as unknown as Part[];
}

/** The text of parts, without what was thought and what tools said. */
export function textOf(parts: readonly Part[]): string {
  return parts
    .filter((part) => part.type === "text")
    .map((part) => part.text)
    .join("\n\n");
}

/** A call of a tool as the model made it and as it was answered, whole: what is told while it runs is cut. */
interface Made {
  arguments?: string;
  result?: string;
}

interface SaidMessage {
  tool_calls?: { id?: string; function?: { arguments?: string } }[] | null;
  tool_call_id?: string;
  content?: unknown;
}

/** Calls of tools with all of their arguments and results, as far as it was told what was said between model and tools. */
export function wholeCalls(parts: readonly Part[]): ReadonlyMap<string, Made> {
  const found = new Map<string, Made>();
  for (const part of parts) {
    if (part.type !== "said") continue;
    for (const said of part.messages as SaidMessage[]) {
      for (const call of said.tool_calls ?? []) {
        if (call.id !== undefined && call.function?.arguments !== undefined) found.set(call.id, { arguments: call.function.arguments });
      }
      const { tool_call_id: id, content } = said;
      if (id !== undefined && typeof content === "string") found.set(id, { ...found.get(id), result: content });
    }
  }
  return found;
}

const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

/** An id for a message, so that sending it again adds it once. */
export function messageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return `msg_${Array.from(bytes, (byte) => LETTERS[byte & 31]).join("")}`;
}
