import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { ApiError } from "@/api/client";
import { lines } from "@/api/lines";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
type Line = Schemas["ToolCallProgress"] | Schemas["ToolCallEnd"];

/** A call of a tool, as far as it is. */
export interface ToolCall {
  state: "idle" | "running" | "done" | "cancelled" | "failed";
  progress: Schemas["ToolCallProgress"] | null;
  end: Schemas["ToolCallEnd"] | null;
  error: unknown;
}

const IDLE: ToolCall = { state: "idle", progress: null, end: null, error: null };

/** Calls a tool as whoever is signed in, one call at a time. Leaving the page, or `cancel`, cancels it. */
export function useToolCall(plugin: string, tool: string) {
  const [call, setCall] = useState<ToolCall>(IDLE);
  const leaving = useRef<AbortController | null>(null);
  const queries = useQueryClient();
  useEffect(() => () => leaving.current?.abort(), []);

  const start = async (given: Record<string, unknown>): Promise<void> => {
    leaving.current?.abort();
    const own = new AbortController();
    leaving.current = own;
    setCall({ ...IDLE, state: "running" });
    const path = `/api/plugins/${encodeURIComponent(plugin)}/tools/${tool.split("/").map(encodeURIComponent).join("/")}/call`;
    try {
      for await (const line of lines<Line>(path, { body: { arguments: given }, signal: own.signal })) {
        if (leaving.current !== own) return;
        if ("ok" in line) setCall((before) => ({ ...before, state: "done", end: line }));
        else setCall((before) => ({ ...before, progress: line }));
      }
      setCall((before) => {
        if (before.state !== "running" || leaving.current !== own) return before;
        if (own.signal.aborted) return { ...before, state: "cancelled" };
        return { ...before, state: "failed", error: new ApiError(0, null, "The gateway went away before the tool had answered.") };
      });
    } catch (error) {
      if (leaving.current === own) setCall((before) => ({ ...before, state: "failed", error }));
    }
    await queries.invalidateQueries({ queryKey: ["tool-calls"] });
  };
  return { call, start, cancel: () => leaving.current?.abort() };
}
