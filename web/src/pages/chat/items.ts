import type { Message } from "@/pages/chat/parts";
import type { Run } from "@/pages/chat/run";
import type { View } from "@/pages/chat/talk";

/** One answer: kept, or on its way. */
export type Answer = { kind: "kept"; message: Message } | { kind: "running"; run: Run };

/** What stands in the transcript, one below the other. */
export type Item =
  | { kind: "question"; id: string; message: Message }
  | { kind: "answer"; id: string; answer: Answer }
  | { kind: "compared"; id: string; question: string; answers: Answer[]; shown: string };

function modelOf(answer: Answer): string {
  return answer.kind === "kept" ? answer.message.model : answer.run.model;
}

/** The answer's id, the same while it is on its way and when it is kept. */
export function idOf(answer: Answer): string {
  return answer.kind === "kept" ? answer.message.id : answer.run.id;
}

function group(beside: string, kept: readonly Message[], runs: readonly Run[], models: readonly string[]): Answer[] {
  const answers: Answer[] = [
    ...kept.filter((one) => one.beside === beside).map((message) => ({ kind: "kept" as const, message })),
    ...runs.filter((one) => one.beside === beside).map((run) => ({ kind: "running" as const, run })),
  ];
  const place = (answer: Answer) => models.indexOf(modelOf(answer));
  return answers.toSorted((a, b) => place(a) - place(b));
}

/** The transcript of what is seen: answers of several models to one question stand together. */
export function items({ messages, others, runs, settings }: View): Item[] {
  const found: Item[] = [];
  const taken = new Set<string>();
  for (const message of messages) {
    if (message.role === "user") found.push({ kind: "question", id: message.id, message });
    else if (message.beside === "") found.push({ kind: "answer", id: message.id, answer: { kind: "kept", message } });
    else {
      taken.add(message.beside);
      const answers = group(message.beside, [message, ...others], runs, settings.models);
      found.push({ kind: "compared", id: `beside ${message.beside}`, question: message.parent_id ?? "", answers, shown: message.id });
    }
  }
  const end = messages.at(-1)?.id;
  for (const run of runs) {
    if (run.parent !== end || taken.has(run.beside)) continue;
    if (run.beside === "") found.push({ kind: "answer", id: run.id, answer: { kind: "running", run } });
    else {
      taken.add(run.beside);
      const answers = group(run.beside, others, runs, settings.models);
      found.push({ kind: "compared", id: `beside ${run.beside}`, question: run.parent, answers, shown: "" });
    }
  }
  return found;
}
