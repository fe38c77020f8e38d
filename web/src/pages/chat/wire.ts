import { type Part, partsOf, textOf, type Message } from "@/pages/chat/parts";

/** A message as Chat Completions takes it. */
export type WireMessage = Record<string, unknown>;

/** The bytes of a conversation's image as a data URL. */
export type ImageSource = (image: string) => Promise<string>;

async function userContent(parts: readonly Part[], image: ImageSource): Promise<unknown> {
  if (!parts.some((part) => part.type === "image")) return textOf(parts);
  const content: unknown[] = [];
  for (const part of parts) {
    if (part.type === "text") content.push({ type: "text", text: part.text });
    if (part.type === "image") content.push({ type: "image_url", image_url: { url: await image(part.image) } });
  }
  return content;
}

function answerMessages(parts: readonly Part[], state: Message["state"]): WireMessage[] {
  const said = parts.find((part) => part.type === "said");
  const lastTool = parts.findLastIndex((part) => part.type === "tool");
  const messages = said === undefined ? [] : [...said.messages];
  const rest = textOf(said === undefined ? parts : parts.slice(lastTool + 1));
  if (rest !== "" && !(said !== undefined && state === "waiting")) messages.push({ role: "assistant", content: rest });
  return messages;
}

/** What is sent of a branch: what was asked and answered, with what tools said between. Answers without a word are left out. */
export async function wire(system: string, branch: readonly Message[], image: ImageSource): Promise<WireMessage[]> {
  const messages: WireMessage[] = system.trim() === "" ? [] : [{ role: "system", content: system }];
  for (const message of branch) {
    const parts = partsOf(message);
    if (message.role === "user") messages.push({ role: "user", content: await userContent(parts, image) });
    else messages.push(...answerMessages(parts, message.state));
  }
  return messages;
}
