import { ApiError, type Problem } from "@/api/client";

interface Asked {
  method?: "GET" | "POST";
  /** Sent as JSON. */
  body?: unknown;
  signal: AbortSignal;
}

async function refused(response: Response): Promise<ApiError> {
  let problem: Problem | null = null;
  try {
    problem = (await response.json()) as Problem;
  } catch {
    problem = null; // an answer of something in between
  }
  return new ApiError(response.status, problem, problem?.detail ?? `The gateway answered ${response.status}.`);
}

async function opened(path: string, { method = "POST", body, signal }: Asked): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      signal,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, null, "The gateway cannot be reached. Is it running?");
  }
}

/**
 * The lines of JSON that an endpoint answers (NDJSON), as they come; empty ones, which say that it is alive, are left out.
 * Aborting the signal ends it without an error. Throws ApiError: a problem, or an answer that broke off.
 */
export async function* lines<Line>(path: string, asked: Asked): AsyncGenerator<Line, void> {
  const response = await opened(path, asked).catch((error: unknown) => {
    if (asked.signal.aborted) return null;
    throw error;
  });
  if (response === null) return;
  if (!response.ok || response.body === null) throw await refused(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parts: string[] = [];
  for (;;) {
    let read;
    try {
      read = await reader.read();
    } catch {
      if (asked.signal.aborted) return;
      throw new ApiError(0, null, "The connection to the gateway broke off.");
    }
    if (read.done) return;
    const pieces = read.value.split("\n");
    for (const [place, piece] of pieces.entries()) {
      parts.push(piece);
      if (place === pieces.length - 1) break;
      const line = parts.join("");
      parts.length = 0;
      if (line.trim() !== "") yield JSON.parse(line) as Line;
    }
  }
}
