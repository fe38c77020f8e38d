import { checkConnection, checkSession } from "@/session/me";

/** Why a call of a model gave no answer, or only a part of one. */
export class AnswerError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint = "",
    readonly status = 0,
  ) {
    super(message);
    this.name = "AnswerError";
  }
}

/** What a stream tells of a tool's call. */
export interface ToldTool {
  id: string;
  name: string;
  status: string;
  arguments?: string;
  output?: string;
  ms?: number;
  progress?: { message?: string };
  approval?: { id: string; by: string };
}

/** One event of a stream of chat completions: what is looked at of it. */
export interface Chunk {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null; reasoning?: string | null } }[];
  usage?: {
    prompt_tokens?: number;
    completion_tokens?: number;
    prompt_tokens_details?: { cached_tokens?: number } | null;
    completion_tokens_details?: { reasoning_tokens?: number } | null;
  } | null;
  error?: { message?: string; code?: string | null };
  switchgear?: {
    tool?: ToldTool;
    cost_usd?: number | null;
    stopped?: { reason: string; message: string };
    messages?: Record<string, unknown>[];
  };
}

function asChunk(text: string): Chunk | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value) : null;
  } catch {
    return null; // a line that was broken off
  }
}

/** When there is room again, in words; empty where the gateway does not say. */
function untilWhen(response: Response): string {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  if (!Number.isFinite(seconds)) return "";
  const day = seconds < 43_200 ? {} : ({ weekday: "long", day: "numeric", month: "long" } as const);
  return new Date(Date.now() + seconds * 1000).toLocaleString("en-GB", { ...day, hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

async function refused(response: Response): Promise<AnswerError> {
  const text = await response.text().catch(() => "");
  const told = asChunk(text)?.error;
  if (response.status === 401) {
    checkSession();
    return new AnswerError("signed_out", "Your session has ended.", "Sign in again, and send it once more. What you wrote is kept.", 401);
  }
  const words = told?.message ?? `The gateway answered ${response.status}.`;
  const until = untilWhen(response);
  const hint = until === "" ? "" : `Your question is kept: try again from ${until} on.`;
  // the header's name says nothing to who reads a chat
  return new AnswerError(told?.code ?? `http_${response.status}`, words.replace("Wait for retry-after", "Wait a moment"), hint, response.status);
}

/**
 * Sends a request and gives the events of its stream as they come; the first value is the call's id. Throws AnswerError when it
 * is refused, or when the stream ends without its end; an abort as it is.
 */
export async function* ask(body: unknown, signal: AbortSignal): AsyncGenerator<Chunk & { id?: string }, void> {
  let response: Response;
  try {
    response = await fetch("/v1/chat/completions", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    checkConnection();
    const why = navigator.onLine ? "The gateway cannot be reached." : "You are offline.";
    throw new AnswerError("unreachable", why, "Nothing was answered. Try again when it is back.");
  }
  if (!response.ok || response.body === null) throw await refused(response);
  yield { id: response.headers.get("x-request-id") ?? "" };
  yield* events(response.body, signal);
}

const END = Symbol("end");

/** What a line of the stream says: an event, its end, or nothing. Throws AnswerError for an error. */
function said(line: string): Chunk | typeof END | null {
  if (!line.startsWith("data:")) return null;
  const data = line.slice(5).trim();
  if (data === "[DONE]") return END;
  const chunk = asChunk(data);
  if (chunk?.error) throw new AnswerError(chunk.error.code ?? "failed", chunk.error.message ?? "The answer broke off.");
  return chunk;
}

async function* events(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Chunk, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const told = said(line);
        if (told === END) return;
        if (told !== null) yield told;
      }
    }
  } catch (error) {
    if (signal.aborted || error instanceof AnswerError) throw error;
  } finally {
    void reader.cancel().catch(() => undefined);
  }
  if (!signal.aborted) {
    checkConnection();
    throw new AnswerError("cut", "The connection broke off before the answer ended.", "What came is kept. Try again, or let it go on from here.");
  }
}
