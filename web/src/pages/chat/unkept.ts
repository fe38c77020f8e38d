import { ApiError } from "@/api/client";
import type { Local } from "@/pages/chat/local";
import { type MessageBody, store } from "@/pages/chat/store";

const FINAL = new Set([400, 404, 422]);

function lockOf(id: string): string {
  return `switchgear.answer.${id}`;
}

/** Says to the other tabs of this browser that an answer is still on its way here; gives what says that it is not any more. */
export function onItsWay(id: string): () => void {
  let over: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  // without locks (plain HTTP) another tab takes what came so far for the whole
  if ("locks" in navigator) void navigator.locks.request(lockOf(id), () => ended).catch(() => undefined);
  return over;
}

async function inAnyTab(): Promise<ReadonlySet<string>> {
  if (!("locks" in navigator)) return new Set();
  const { held = [] } = await navigator.locks.query().catch((): LockManagerSnapshot => ({}));
  return new Set(held.map((one) => one.name ?? ""));
}

/** Whether another try may help: the gateway was away or failed, or one was not signed in. */
export function mayPass(problem: unknown): boolean {
  return problem instanceof ApiError && (problem.unreachable || problem.status === 401 || problem.status === 429 || problem.status >= 500);
}

/**
 * Adds the answers of a conversation that never reached the store, as they were, but for those that are on their way (`running`).
 * Gives why one cannot be added; `null` when none is left. Throws ApiError when that has to wait; nothing is lost then.
 */
export async function keepUnkept(local: Local, conversation: string, running: readonly string[]): Promise<unknown> {
  const bodies = local.answers(conversation) as MessageBody[];
  if (bodies.length === 0) return null;
  const elsewhere = await inAnyTab();
  let refused: unknown = null;
  for (const body of bodies) {
    const id = body.id ?? "";
    if (running.includes(id) || elsewhere.has(lockOf(id))) continue;
    try {
      await store.add(conversation, body);
      local.dropAnswer(conversation, id);
    } catch (error) {
      if (mayPass(error)) throw error;
      // what it follows was deleted, or it is nothing that can be kept
      if (error instanceof ApiError && FINAL.has(error.status)) local.dropAnswer(conversation, id);
      else refused ??= error;
    }
  }
  return refused;
}
