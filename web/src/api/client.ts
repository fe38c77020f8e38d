import createClient from "openapi-fetch";

import type { components, paths } from "@/api/schema";

/** A problem as the admin API tells it (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** What a call of the API failed with: the gateway's problem, or that it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether the gateway did not answer at all. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

/** The typed client of `/api/*`; the session's cookie goes with every call. Answers are `{data, error, response}`. */
export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "detail" in error && "code" in error;
}

/** The data of an answer of `api`. Throws ApiError for everything else: a problem, or no answer at all. */
export async function given<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, null, "The gateway cannot be reached. Is it running?");
  }
  const { data, error, response } = answer;
  if (response.ok) return data as T; // undefined only where the API promises no body
  const problem = isProblem(error) ? error : null;
  throw new ApiError(response.status, problem, problem?.detail ?? `The gateway answered ${response.status}.`);
}
